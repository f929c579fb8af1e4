// Marks words that were searched for in the message that the address names, and shows the first of them.
//
// Markup: data-found-words="words without blanks in them" on the log of messages; the address ends with #message-….
// Style: ::highlight(found). A browser that cannot mark shows the message as it is.

function rangesOf(words, body) {
  const found = [];
  const walker = document.createTreeWalker(body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { currentNode: node } = walker;
    const text = node.data.toLowerCase();
    // Letters whose small form is longer would shift every place behind them.
    if (text.length !== node.data.length) continue;
    for (const word of words) {
      for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
        const range = new Range();
        range.setStart(node, at);
        range.setEnd(node, at + word.length);
        found.push(range);
      }
    }
  }
  return found;
}

export function mark(log) {
  const body = document.getElementById(location.hash.slice(1))?.querySelector(".message__body");
  const words = log.dataset.foundWords.toLowerCase().split(" ").filter(Boolean);
  if (!body || !words.length || !CSS.highlights) return;
  const ranges = rangesOf(words, body);
  if (!ranges.length) return;
  CSS.highlights.set("found", new Highlight(...ranges));
  const first = ranges.map((range) => range.getBoundingClientRect()).sort((one, two) => one.top - two.top)[0];
  const frame = log.getBoundingClientRect();
  if (first.bottom > frame.bottom) log.scrollTop += first.top - frame.top - frame.height / 3;
}
