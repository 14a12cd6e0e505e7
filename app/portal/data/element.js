// <lien-thong-status unit="H23.21" [code="H23-261122-0042"] [lang="en"] [height="420"]></lien-thong-status>
// Shows the status widget of a unit's portal. All it does is make a frame: the frame's own policy says who may show it.
(() => {
  // A module has no current script: then it is looked for by its address.
  const script = document.currentScript || document.querySelector('script[src*="/portal/element.js"]');
  const origin = new URL(script.src).origin;
  class Status extends HTMLElement {
    connectedCallback() {
      if (this.firstElementChild) return;
      const unit = this.getAttribute("unit") || "";
      const address = new URL(`/portal/${encodeURIComponent(unit)}/widget`, origin);
      for (const name of ["code", "lang"]) {
        const value = this.getAttribute(name);
        if (value) address.searchParams.set(name, value);
      }
      const frame = document.createElement("iframe");
      frame.src = address.href;
      const words = this.lang === "en" ? "Citizens’ reports" : "Phản ánh, kiến nghị";
      frame.title = this.title || `${words}: ${this.getAttribute("code") || unit}`;
      frame.width = "100%";
      frame.height = this.getAttribute("height") || "420";
      frame.loading = "lazy";
      frame.referrerPolicy = "no-referrer";
      frame.setAttribute("sandbox", "allow-popups allow-popups-to-escape-sandbox");
      this.append(frame);
    }
  }
  if (!customElements.get("lien-thong-status")) customElements.define("lien-thong-status", Status);
})();
