// Shows whose page this is, and sends an application with an id of its own, so that sending it again is no second one.
const show = (id, text) => { document.getElementById(id).textContent = text; };

fetch("/api/hello").then((answer) => answer.json()).then((hello) => {
  document.title = `${hello.tenant}: loans`;
  show("tenant", hello.tenant);
  show("stage", hello.stage);
  show("currency", `in ${hello.currency}`);
}).catch(() => show("answer", "The service does not answer."));

document.getElementById("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const id = crypto.randomUUID();
  const amount = new FormData(event.target).get("amount");
  const answer = await fetch(`/api/applications/${id}`, { method: "POST", body: JSON.stringify({ amount }) });
  show("answer", answer.ok ? `We have your application ${id}.` : "That did not work; please try again.");
});
