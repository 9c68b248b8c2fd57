/* Saves a section while somebody types. Without this file the Save button does the same. */
(function () {
  "use strict";

  var form = document.querySelector("form[data-writing]");
  if (!form || !window.fetch) return;

  var box = form.elements.body;
  var base = form.elements.base;
  var said = form.querySelector("[data-said]");
  var preview = document.querySelector("[data-preview]");
  var words = form.dataset;
  var saved = box.value;
  var timer = null;
  var busy = false;
  var unanswered = null; /* sent, and nobody knows whether it arrived */
  var waiting = null; /* the button that was pressed while a save was under way */
  var shut = false; /* both changed the same lines: the Save button leads to the comparison */

  function say(text, bad) {
    said.textContent = text;
    said.classList.toggle("bad", Boolean(bad));
  }

  function later(wait) {
    clearTimeout(timer);
    timer = setTimeout(save, wait);
  }

  /* Cleaned by the server; scripts in a parsed document never run. */
  function show(text) {
    var parsed = new DOMParser().parseFromString(text, "text/html").body;
    preview.textContent = "";
    while (parsed.firstChild) preview.appendChild(parsed.firstChild);
  }

  /* The server merged what somebody else wrote. Who typed on goes on from what was sent. */
  function take(answer, sent) {
    saved = sent;
    unanswered = null;
    if (box.value === sent) {
      if (answer.body !== sent.replace(/\s+$/, "")) {
        var place = box.selectionStart;
        var scrolled = box.scrollTop;
        /* What came in above the cursor moves it along. */
        if (answer.body.endsWith(sent.slice(place))) place += answer.body.length - sent.length;
        box.value = answer.body;
        box.setSelectionRange(place, place);
        box.scrollTop = scrolled;
        saved = answer.body;
      }
      base.value = answer.body;
    } else {
      base.value = sent;
    }
    show(answer.preview);
    say(answer.merged || answer.said, false);
  }

  function save() {
    if (busy || shut || box.value === saved) return;
    var sent = box.value;
    var fields = new FormData(form);
    if (unanswered !== null) fields.append("sent", unanswered);
    unanswered = sent;
    busy = true;
    say(words.tSaving);
    fetch(words.writing, {
      method: "POST",
      body: fields,
      headers: { Accept: "application/json" },
      credentials: "same-origin"
    }).then(function (response) {
      return response.json().then(function (answer) {
        busy = false;
        if (response.ok) {
          take(answer, sent);
          if (box.value !== saved) later(1500);
        } else {
          unanswered = null;
          shut = response.status === 409;
          say(answer.error, true);
        }
        goOn();
      });
    }).catch(function () {
      busy = false;
      say(words.tFailed, true);
      if (waiting) goOn();
      else later(10000);
    });
  }

  function goOn() {
    var button = waiting;
    waiting = null;
    if (button) form.requestSubmit(button);
  }

  box.addEventListener("input", function () {
    if (shut) return;
    say(words.tUnsaved);
    later(1500);
  });
  window.addEventListener("online", function () { later(0); });
  form.addEventListener("submit", function (event) {
    clearTimeout(timer);
    if (busy) {
      event.preventDefault();
      waiting = event.submitter || form.querySelector("button");
      return;
    }
    if (unanswered !== null) {
      var field = document.createElement("textarea");
      field.hidden = true;
      field.name = "sent";
      field.value = unanswered;
      form.appendChild(field);
    }
    saved = box.value;
    shut = true;
  });
  window.addEventListener("beforeunload", function (event) {
    if (box.value !== saved) {
      event.preventDefault();
      event.returnValue = "";
    }
  });
})();
