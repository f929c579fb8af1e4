// A request given up on purpose is no fault: a newer one took its place (hx-sync), or its element went.
//
// htmx says every request without an answer in the console, those that it took back itself among them. An `error` of the
// request's own stands before the one that htmx would write there, and an empty one is not written; the events are sent
// all the same. https://htmx.org/events/#htmx:sendAbort

document.addEventListener("htmx:beforeSend", ({ detail }) => {
  const { xhr } = detail;
  xhr.abort = () => {
    detail.error = "";
    XMLHttpRequest.prototype.abort.call(xhr);
  };
});
