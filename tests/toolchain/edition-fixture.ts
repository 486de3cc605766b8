/** A small edition, written by hand, that uses every word of the tree vocabulary (ARCHITECTURE.md). */
import { fromHtml } from "hast-util-from-html";
import type { EditionBook, Heading, Label, Section } from "../../scripts/model.ts";

const preface = `
<p>Read chapter <a class="ref" href="#consensus">1</a> first; its rule is <a class="ref" href="#commit-rule">The commit rule</a>.</p>
`;

const consensus = `
<p>At 14:43 UTC on 2 November 2020 a switch in one of Cloudflare’s data centers began to drop some packets and to carry others. It did not fail; it did something worse.<sup><a href="#consensus-fn-1" id="consensus-fnref-1" data-footnote-ref aria-describedby="footnote-label">1</a></sup> One node of a three-node etcd cluster could hear its leader and could not be heard, so it called an election, lost it, and called the next one with a higher term, again and again.</p>
<div class="noted"><aside class="note"><p>The post-mortem calls it <em>a Byzantine failure in the real world</em>. Strictly it is an omission fault between one pair; the next chapter has the distinction.</p></aside>
<p>The cluster was there the whole time. Two of its three machines agreed on everything that mattered, and still for minutes at a stretch nobody could write. To see why, and what a single extra question before an election would have changed, we need the smallest machine in which the problem exists: three nodes, one value, one link that works in one direction only.</p></div>
<p>Run it before reading on. The program is forty lines, and the schedule that breaks it is seed 7. <span class="index-mark" id="ix-1">Quorums</span> are defined as <dfn class="term" id="term-quorum">majorities</dfn> here, with \`<code>majority(n)</code>\`.</p>
<figure class="transcript"><pre><code><span class="command">$ npm run sample -- raft/one-way-link --seed 7</span>
<span class="output">   0 ms  n1 leads term 1
 150 ms  n3 hears n1, is not heard by n1
 412 ms  n3 stands for term 2          n1 steps down
 702 ms  n3 stands for term 3          n2 steps down
…
writes acknowledged in 10 s: 0     elections: 31</span></code></pre></figure>
<h2 id="commit-rule">The commit rule</h2>
<div class="noted"><aside class="note"><p>Raft, §5.4.2 and Figure 8. The rule is one comparison, and leaving it out loses an acknowledged write in five steps.</p></aside>
<p>A leader that counts replicas of an entry is counting votes in an election that is already over. If the entry belongs to an earlier term, a majority that stores it has promised nothing: another leader, elected without it, may still write over it. The cure (<a class="ref" href="#lst-commit">listing 1.1</a>, <a class="cite" href="#bib-ongaro2014">Ongaro and Ousterhout 2014, §5.4</a>) is to count only entries of one’s own term, and to let older entries be carried along.</p></div>
<figure class="listing" id="lst-commit" data-file="code/raft/raft.ts" data-region="advance-commit"><div class="listing-body"><pre class="code" data-lang="ts"><code><span class="line"><span class="tok-keyword">function</span> <span class="tok-function">advanceCommit</span>(state: <span class="tok-type">Leader</span>): <span class="tok-type">Leader</span> {</span>
<span class="line">  <span class="tok-keyword">const</span> byCopies = [...state.matchIndex].<span class="tok-function">sort</span>(descending);</span>
<span class="line">  <span class="tok-keyword">const</span> stored = byCopies[<span class="tok-function">majority</span>(state.nodes) - <span class="tok-number">1</span>]; <span class="tok-comment">// 76 columns wide: x</span></span>
<span class="line">  <span class="tok-keyword">if</span> (stored <span class="tok-operator">&lt;=</span> state.commitIndex) <span class="tok-keyword">return</span> state;</span>
<span class="line">  <span class="tok-comment">// An older entry on a majority may still be lost (§5.4.2).</span></span>
<span class="line">  <span class="tok-keyword">if</span> (<span class="tok-function">termAt</span>(state.log, stored) !== state.term) <span class="tok-keyword">return</span> state;<span class="callout-mark" data-callout="1" aria-hidden="true"></span></span>
<span class="line">  <span class="tok-keyword">return</span> { ...state, commitIndex: stored, why: <span class="tok-string">"majority"</span> };</span>
<span class="line">}</span></code></pre><ol class="callouts"><li>An entry of an older term may be on a majority and still be overwritten (§5.4.2).</li></ol></div><figcaption><span class="label">Listing 1.1</span> <span class="caption">Counting copies of this term’s entries alone.</span> <span class="proof">code/raft/raft.ts, region advance-commit; 8 lines, run by 41 tests</span></figcaption></figure>
<p>The picture of it is <a class="ref" href="#fig-append">figure 1.1</a>.</p>
<figure class="figure" id="fig-append"><div class="picture" role="img" aria-label="Three nodes. n1 sends an append to n2, which answers; n1 commits. The answer of n3 is lost."><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 456 190"><g stroke-width="1"><line class="stroke-ink" x1="70" y1="20" x2="70" y2="180"/><line class="stroke-ink" x1="228" y1="20" x2="228" y2="180"/><line class="stroke-ink" x1="386" y1="20" x2="386" y2="180"/><line class="stroke-blue" x1="70" y1="34" x2="228" y2="52"/><line class="stroke-blue" x1="228" y1="66" x2="70" y2="82"/><line class="stroke-blue" x1="70" y1="96" x2="386" y2="126"/><line class="stroke-accent dashed" x1="386" y1="142" x2="136" y2="168"/></g><circle class="fill-green" cx="70" cy="82" r="4.5"/><text class="label label-strong" x="70" y="12" font-size="10.7" text-anchor="middle">n1</text><text class="label label-strong" x="228" y="12" font-size="10.7" text-anchor="middle">n2</text><text class="label label-strong" x="386" y="12" font-size="10.7" text-anchor="middle">n3</text><text class="label" x="149" y="36" font-size="10.7" text-anchor="middle">append 2·x</text><text class="label halo" x="149" y="68" font-size="10.7" text-anchor="middle">stored</text><text class="label-quiet" x="8" y="86" font-size="10.7">commit 1</text><text class="fill-accent" x="210" y="178" font-size="10.7">lost</text></svg></div><figcaption><span class="label">Figure 1.1</span> <span class="caption">With three nodes, one answer is enough: n1 commits before n3 has the entry.</span> <span class="proof">npm run sample -- raft/append --seed 3</span></figcaption></figure>
<section class="framework" id="coordination-cost-ladder" aria-label="Framework: The Coordination Cost Ladder"><p class="kicker">Framework</p><h3 class="card-title">The Coordination Cost Ladder</h3>
<table><thead><tr><th>Rung</th><th>What it buys</th><th>Round trips</th><th>Stops when</th></tr></thead><tbody><tr><td>1 merge</td><td>convergence</td><td>0</td><td>an invariant spans replicas</td></tr><tr><td>2 single writer</td><td>order per key</td><td>0–1</td><td>the writer is cut off</td></tr><tr><td>3 lease</td><td>one writer, mostly</td><td>1 a period</td><td>clocks drift past the bound</td></tr></tbody></table></section>
<h3 id="consensus-quorum-math">Why a majority</h3>
<p>Two majorities of <math><mi>n</mi></math> nodes share a node, since</p>
<math display="block"><mrow><mn>2</mn><mo stretchy="false">⌊</mo><mfrac><mi>n</mi><mn>2</mn></mfrac><mo stretchy="false">⌋</mo><mo>+</mo><mn>2</mn><mo>&gt;</mo><mi>n</mi><mtext> for all </mtext><mi>n</mi><mo>∈</mo><mi>ℕ</mi></mrow></math>
<pre class="code literal" data-lang="sh"><code><span class="line">npm run sample -- raft --seed 7</span>
<span class="line">├── one log   ✓ agreed</span></code></pre>
<figure class="table" id="tab-timeouts"><figcaption><span class="label">Table 1.1</span> <span class="caption">Timeouts of three systems.</span></figcaption><table><thead><tr><th>System</th><th align="right">Election ms</th></tr></thead><tbody><tr><td>etcd</td><td align="right">1,000</td></tr><tr><td>Consul</td><td align="right">5,000</td></tr></tbody></table></figure>
<section class="incident" id="etcd-2020" aria-label="Incident: One link, one direction"><p class="kicker">Incident</p><h3 class="card-title">One link, one direction</h3><dl class="facts"><dt>Date</dt><dd>2020-11-02</dd><dt>Duration</dt><dd>6 hours 33 minutes</dd><dt>Source</dt><dd><a class="cite" href="#bib-ongaro2014">Cloudflare 2020</a></dd></dl><p>A switch failed in part; two services that depended on consensus lost it.</p></section>
<section class="when-not"><h2 id="consensus-when-not">When not to use it</h2><p>If the value can be merged, the first rung is enough and stays up when everything else is cut off.</p></section>
<section class="in-production"><h2 id="consensus-in-production">In real systems</h2><p>etcd asks before it stands for election: <code>PreVote</code>.</p><ul><li>etcd: pre-vote by default since 3.4</li><li>Consul: leader leases</li></ul></section>
<section class="ladder"><h2 id="consensus-ladder">What a good answer sounds like</h2><p>A leader is cut off from its clients. What happens?</p><dl class="rungs"><dt>L3</dt><dd><p>A new leader is elected.</p><p class="missed"><em>Missed:</em> the old one does not know.</p></dd><dt>L4</dt><dd><p>Reads from the old leader are stale until its lease ends.</p><p class="missed"><em>Missed:</em> clocks drift.</p></dd></dl></section>
<section class="brief"><h2 id="consensus-brief">The five-minute version</h2><p>A majority decides, since two majorities share a node.</p></section>
<div class="callout callout-note" role="note"><p class="callout-title">Note</p><p>A term is a number, not a time.</p></div>
<section class="exercise" id="ex-commit" data-kind="predict"><h3 class="exercise-title"><span class="label">Exercise 1.1</span> Without the comparison <span class="minutes">8 min</span></h3><p>Take out the line with mark 1. Which seed shows the loss first?</p><details class="hint"><summary>Hint</summary><p>Try seeds 1 to 40.</p></details><p class="solution-link"><a class="ref" href="#sol-ex-commit">Solution</a></p></section>
<section data-footnotes class="footnotes"><h2 class="footnotes-title" id="footnote-label">Notes</h2><ol><li id="consensus-fn-1"><p>A failure in which different observers see different things. <a href="#consensus-fnref-1" data-footnote-backref="" aria-label="Back to reference 1" class="data-footnote-backref">↩</a></p></li></ol></section>
`;

const clocks = `
<p>Back to <a class="ref" href="#fig-append">figure 1.1</a> and <a class="ref" href="#consensus">chapter 1</a>. <span class="index-mark" id="ix-2"></span>Time is a message.</p>
<h2 id="clocks-order">Order</h2><p>Happened-before is a partial order.</p>
`;

const solutions = `<h2>1 Consensus: Paxos, Raft, Zab</h2><section class="solution" id="sol-ex-commit"><h3><a class="ref" href="#ex-commit">Exercise 1.1</a> Without the comparison</h3><p>Seed 23 loses the write.</p></section>`;

const title = `<p class="book-title">Partial Failure</p><p class="book-subtitle">A book on distributed systems</p><p class="book-authors">The Partial Failure authors</p>`;

const contents = `<ol class="toc"><li class="toc-part"><a href="#part-agreement"><span class="toc-number">I</span> <span class="toc-title">Agreement</span></a><ol><li class="toc-chapter"><a href="#consensus"><span class="toc-number">1</span> <span class="toc-title">Consensus</span></a></li></ol></li></ol>`;

const index = `<h2 class="index-letter">Q</h2><ul class="index"><li><span class="index-term">quorum</span>, <a class="locator main" href="#ix-1" data-to="#ix-2">Consensus: Paxos, Raft, Zab</a>, <a class="locator" href="#ix-2">Time and clocks</a>; <span class="see-also"><em>see also</em> majority</span></li></ul><h2 class="index-letter">Z</h2><ul class="index"><li><span class="index-term">zab</span>, <span class="see"><em>see</em> consensus</span></li></ul>`;

const bibliography = `<ol class="bibliography"><li id="bib-ongaro2014">Ongaro, D., Ousterhout, J.: In Search of an Understandable Consensus Algorithm. 2014.</li></ol>`;

type SectionInput = Pick<Section, "kind" | "id" | "slug" | "title"> & Partial<Section>;

function section(input: SectionInput, html: string, headings: readonly Heading[] = []): Section {
  return {
    page: null,
    number: null,
    question: null,
    abstract: null,
    headings,
    words: 100,
    minutes: { reading: 0, handsOn: 0 },
    tree: fromHtml(html.trim(), { fragment: true }),
    ...input,
  };
}

export function editionFixture(): EditionBook {
  const heading = (id: string, depth: 2 | 3, title: string): Heading => ({ id, depth, title });
  const sections = [
    section(
      {
        kind: "front",
        page: "half-title",
        id: "half-title",
        slug: "half-title",
        title: "Half title",
      },
      "",
    ),
    section(
      { kind: "front", page: "title", id: "title", slug: "title", title: "Title page" },
      title,
    ),
    section(
      { kind: "front", page: "contents", id: "contents", slug: "contents", title: "Contents" },
      contents,
    ),
    section(
      { kind: "front", page: "preface", id: "preface", slug: "preface", title: "Preface" },
      preface,
    ),
    section(
      {
        kind: "part",
        id: "part-agreement",
        slug: "part-agreement",
        number: "I",
        title: "Agreement",
      },
      "",
    ),
    section(
      {
        kind: "chapter",
        id: "consensus",
        slug: "01-consensus",
        number: "1",
        title: "Consensus: Paxos, Raft, Zab",
        question:
          "Five machines must agree on one value while any two may vanish. What is the smallest honest protocol?",
        abstract:
          "One value, five machines, two of them gone: the smallest protocol that keeps its word.",
      },
      consensus,
      [
        heading("commit-rule", 2, "The commit rule"),
        heading("consensus-quorum-math", 3, "Why a majority"),
        heading("consensus-when-not", 2, "When not to use it"),
        heading("consensus-in-production", 2, "In real systems"),
        heading("consensus-ladder", 2, "What a good answer sounds like"),
        heading("consensus-brief", 2, "The five-minute version"),
      ],
    ),
    section(
      {
        kind: "chapter",
        id: "clocks",
        slug: "02-clocks",
        number: "2",
        title: "Time and clocks",
        abstract: "Why no two machines agree on what time it is, and what they can agree on.",
      },
      clocks,
      [heading("clocks-order", 2, "Order")],
    ),
    section(
      { kind: "back", page: "solutions", id: "solutions", slug: "solutions", title: "Solutions" },
      solutions,
    ),
    section(
      {
        kind: "back",
        page: "bibliography",
        id: "bibliography",
        slug: "bibliography",
        title: "Bibliography",
      },
      bibliography,
    ),
    section(
      { kind: "back", page: "index", id: "index-of-terms", slug: "index-of-terms", title: "Index" },
      index,
    ),
  ];
  const label = (
    id: string,
    kind: Label["kind"],
    number: string | null,
    title: string,
  ): [string, Label] => [id, { id, kind, number, title, sectionId: "consensus" }];
  return {
    book: {
      title: "Partial Failure",
      subtitle: "A book on distributed systems",
      authors: ["The Partial Failure authors"],
      language: "en",
      publisher: "Partial Failure",
      year: 2026,
      licenceText: "CC BY 4.0",
      licenceCode: "MIT",
      identifier: "partial-failure",
      address: null,
      codeColumnsMax: 76,
      proseAvoid: [],
      definedInOrderOf: "",
      everydayWords: [],
      wideCode: "refuse",
      proof: "required",
    },
    edition: {
      id: "fixture",
      title: "Partial Failure",
      subtitle: "Distributed systems that can be proven",
      description: "A small edition that uses every kind of block once.",
      partName: "Part",
      parts: [
        {
          id: "agreement",
          title: "Agreement",
          chapters: ["consensus", "clocks"].map((id) => ({
            id,
            sections: null,
            without: [],
            hide: [],
          })),
          minutes: null,
        },
      ],
      front: ["half-title", "title", "contents", "preface"],
      back: ["solutions", "bibliography", "index"],
      formats: ["epub", "html"],
      solutions: "back",
      standsAlone: false,
      trim: { widthIn: 7.5, heightIn: 9.25 },
    },
    sections,
    labels: new Map([
      label("consensus", "chapter", "1", "Consensus: Paxos, Raft, Zab"),
      label("lst-commit", "listing", "1.1", "Counting copies of this term’s entries alone."),
      label("fig-append", "figure", "1.1", "With three nodes, one answer is enough"),
    ]),
    indexEntries: [],
    outside: [],
  };
}
