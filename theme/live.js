/* On a short page: on to the live figure in the printed state, leaving no step back to here. Without a script a refresh leads to the figure. */
location.replace(document.querySelector("a").href);
