/* Comforts of every page. Without this file everything still works. */
(function () {
  "use strict";

  var words = document.body.dataset;

  function isTyping(target) {
    return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
  }

  /* "/" goes to the search box; Escape shuts the phone menu and open little menus. */
  document.addEventListener("keydown", function (event) {
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event.target)) {
      var search = document.getElementById("search");
      if (search) {
        event.preventDefault();
        search.focus();
        search.select();
      }
    }
    if (event.key === "Escape") {
      if (location.hash === "#menu") location.hash = "#main";
      shutMenus(null);
    }
  });

  function shutMenus(inside) {
    document.querySelectorAll("details[data-shut-outside][open]").forEach(function (menu) {
      if (!inside || !menu.contains(inside)) menu.open = false;
    });
  }

  document.addEventListener("click", function (event) {
    shutMenus(event.target);
    var menu = document.getElementById("menu");
    if (location.hash === "#menu" && menu && !menu.contains(event.target) && !event.target.closest("a")) {
      location.hash = "#main";
    }
    var copier = event.target.closest("[data-copy]");
    if (copier) copy(copier);
    var opener = event.target.closest("[data-dialog]");
    if (opener) openDialog(event, opener);
    var exporter = event.target.closest("a[data-export]");
    if (exporter) exporter.search = location.search; /* the filter may have changed without a new page */
    if (event.target.closest("[data-print]")) {
      event.preventDefault();
      window.print();
    }
  });

  /* Copying: the clipboard needs HTTPS; the older way works on plain HTTP too. */
  function copy(button) {
    var text = button.dataset.copy;
    var done = function () {
      var label = button.textContent;
      button.textContent = words.tCopied || label;
      setTimeout(function () { button.textContent = label; }, 1600);
    };
    if (navigator.clipboard && window.isSecureContext) {
      navigator.clipboard.writeText(text).then(done, function () { copyOld(text, done); });
    } else {
      copyOld(text, done);
    }
  }

  function copyOld(text, done) {
    var area = document.createElement("textarea");
    area.value = text;
    area.className = "visually-hidden";
    document.body.appendChild(area);
    area.select();
    if (document.execCommand("copy")) done();
    area.remove();
  }

  /* data-dialog="id" opens a <dialog> of the page; without script its link leads to a page. */
  function openDialog(event, opener) {
    var dialog = document.getElementById(opener.dataset.dialog);
    if (dialog && dialog.showModal) {
      event.preventDefault();
      dialog.showModal();
    }
  }

  /* data-confirm="question" on a form asks before it is sent. */
  function ask(question, onYes) {
    var dialog = document.createElement("dialog");
    var text = document.createElement("p");
    var row = document.createElement("div");
    var cancel = document.createElement("button");
    var yes = document.createElement("button");
    dialog.className = "dr-dialog";
    text.textContent = question;
    row.className = "dr-submit";
    cancel.className = "btn btn-line";
    cancel.type = "button";
    cancel.textContent = words.tCancel || "Cancel";
    yes.className = "btn btn-primary";
    yes.type = "button";
    yes.textContent = words.tYes || "OK";
    row.append(cancel, yes);
    dialog.append(text, row);
    document.body.appendChild(dialog);
    dialog.addEventListener("close", function () { dialog.remove(); });
    cancel.addEventListener("click", function () { dialog.close(); });
    yes.addEventListener("click", function () { dialog.close(); onYes(); });
    dialog.showModal();
    cancel.focus();
  }

  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (!form.dataset || !form.dataset.confirm || form.dataset.confirmed || !window.HTMLDialogElement) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    var submitter = event.submitter;
    ask(form.dataset.confirm, function () {
      form.dataset.confirmed = "1";
      form.requestSubmit(submitter || undefined);
      delete form.dataset.confirmed;
    });
  }, true);

  /* A form is sent once, however often its button is pressed. */
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    setTimeout(function () { delete form.dataset.sent; }, 4000);
  });

  /* Names of several chosen files: the browser shows only how many. */
  document.addEventListener("change", function (event) {
    var input = event.target;
    if (!input.matches || !input.matches("input[type=file][data-file-names]") || !input.multiple) return;
    var list = input.parentNode.querySelector("[data-names]");
    if (!list) {
      list = document.createElement("div");
      list.className = "hint mt-1";
      list.dataset.names = "";
      input.after(list);
    }
    list.textContent = Array.prototype.map.call(input.files, function (file) { return file.name; }).join(", ");
  });

  /* Elements that only make sense with script, and the error summary, after each swap too. */
  function prepare(root) {
    root.querySelectorAll("[data-copy][hidden], [data-print][hidden]").forEach(function (button) { button.hidden = false; });
    var summary = root.querySelector("[data-focus]");
    if (summary) summary.focus();
  }

  document.addEventListener("htmx:after:swap", function () { prepare(document); });
  prepare(document);
})();
