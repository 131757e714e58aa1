// Reports a page view, or a conversion if data-conversion is set. Its only requests are images.
(function () {
  'use strict';
  var script = document.currentScript;
  if (!script) return;
  var data = script.dataset;
  var origin = new URL(script.src).origin;

  function send(consent) {
    var values = { a: data.advertiser };
    var path = '/t';
    if (data.conversion) {
      path = '/v';
      values.kind = data.conversion;
      ['lf', 'key', 'revenue', 'currency'].forEach(function (name) {
        if (data[name]) values[name] = data[name];
      });
    } else {
      values.n = data.name || '';
      values.u = location.href;
    }
    if (consent) {
      values.gdpr = consent.gdprApplies ? 1 : 0;
      values.gdpr_consent = consent.tcString || '';
    }
    new Image().src = origin + path + '?' + new URLSearchParams(values);
  }

  if (typeof window.__tcfapi !== 'function') return send();
  var sent = false;
  window.__tcfapi('addEventListener', 2, function (consent, ok) {
    var decided = ok && (consent.gdprApplies === false || /^(tcloaded|useractioncomplete)$/.test(consent.eventStatus));
    if (sent || (ok && !decided)) return;
    sent = true;
    send(ok ? consent : null);
  });
})();
