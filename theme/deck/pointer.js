/* A light that points, and a part of the slide seen larger: in units of the slide, so that windows of any size show the same. */
(() => {
  const { Reveal, deck } = globalThis;
  const wrapper = document.querySelector(".reveal");
  const slides = document.querySelector(".slides");
  const dot = document.createElement("div");
  dot.className = "laser";
  dot.hidden = true;
  slides.append(dot);

  let isOn = false;
  let zoomed = null;
  let pointer = { x: 640, y: 360 };

  const unitsOf = ({ clientX, clientY }) => {
    const box = slides.getBoundingClientRect();
    return {
      x: ((clientX - box.left) / box.width) * 1280,
      y: ((clientY - box.top) / box.height) * 720,
    };
  };
  const point = (at) => {
    dot.hidden = at === null;
    if (at) dot.style.translate = `${at.x}px ${at.y}px`;
  };
  const setOn = (on) => {
    isOn = on;
    if (!on) point(null);
  };
  const setZoom = (at) => {
    zoomed = at;
    wrapper.classList.toggle("zoomed", at !== null);
    const box = wrapper.getBoundingClientRect();
    if (at === null) wrapper.style.removeProperty("transform");
    else {
      wrapper.style.transformOrigin = `${(at.x / 1280) * 100}% ${(at.y / 720) * 100}%`;
      wrapper.style.transform = box.width > 0 ? "scale(2)" : "none";
    }
  };

  addEventListener("pointermove", (event) => {
    if (deck.role === "next") return;
    pointer = unitsOf(event);
    if (!isOn) return;
    point(pointer);
    deck.tell("laser", pointer);
  });
  deck.share("laser", { apply: point });
  deck.share("laser-on", { read: () => isOn, apply: setOn });
  deck.share("zoom", { read: () => zoomed, apply: (at) => deck.role !== "next" && setZoom(at) });

  deck.deeds.laser = () => {
    setOn(!isOn);
    deck.tell("laser-on", isOn);
  };
  const zoomTo = (at) => {
    setZoom(at);
    deck.tell("zoom", at);
  };
  deck.deeds.zoom = () => zoomTo(zoomed === null ? pointer : null);
  deck.share("pointer", {
    apply: (at) => {
      pointer = at;
    },
  });
  Reveal.on("slidechanged", () => {
    if (zoomed && deck.role === "room") zoomTo(null);
  });
  deck.key("L", "laser", "Light that points");
  // Where the pointer of this window is, the room cannot know.
  Reveal.addKeyBinding(
    { keyCode: 90, key: "Z", description: "Larger here, or whole again" },
    () => {
      deck.tell("pointer", pointer);
      deck.run("zoom");
    },
  );
})();
