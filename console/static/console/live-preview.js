// <live-preview data-src="..." data-creative="...">: draws what is typed into the form around it, or into the form
// whose id data-form names. It holds an <img> that shows what is saved; without script it stays that.

{
  const WAIT = 250;

  class LivePreview extends HTMLElement {
    connectedCallback() {
      const { src, form } = this.dataset;
      this.form = form ? document.getElementById(form) : this.closest("form");
      if (!this.form || !src) return;

      this.leaving = new AbortController();
      const { signal } = this.leaving;
      this.form.addEventListener("input", () => this.soon(), { signal });
      this.form.addEventListener("change", () => this.soon(), { signal });
      if (!this.querySelector("img")) this.soon();
    }

    disconnectedCallback() {
      clearTimeout(this.timer);
      this.asking?.abort();
      this.leaving?.abort();
    }

    soon() {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.draw(), WAIT);
    }

    async draw() {
      this.asking?.abort();
      this.asking = new AbortController();
      try {
        const { src } = this.dataset;
        const answer = await fetch(src, { method: "POST", body: this.typed(), signal: this.asking.signal });
        if (answer.ok) this.show(await answer.text());
      } catch (error) {
        // A newer drawing is on its way, or there is no connection: the last picture stays.
        if (error.name !== "AbortError" && !(error instanceof TypeError)) throw error;
      }
    }

    typed() {
      const body = new FormData();
      if (this.dataset.creative) body.append("creative_id", this.dataset.creative);
      for (const [name, value] of new FormData(this.form)) {
        if (typeof value === "string") body.append(name, value);
      }
      return body;
    }

    show(drawing) {
      const root = new DOMParser().parseFromString(drawing, "image/svg+xml").documentElement;
      const image = this.querySelector("img") ?? document.createElement("img");
      image.width = root.getAttribute("width");
      image.height = root.getAttribute("height");
      image.alt ||= this.dataset.alt ?? "";
      image.src = `data:image/svg+xml,${encodeURIComponent(drawing)}`;
      if (!image.isConnected) this.replaceChildren(image);
    }
  }
  customElements.define("live-preview", LivePreview);
}
