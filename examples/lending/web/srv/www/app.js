// The page of one lender: whose it is comes from /api/hello. Amounts are integers in minor units, as the API has them.
import { words } from "./words.js";

const $ = (id) => document.getElementById(id);
const lender = { tenant: "", currency: "EUR" };
let language = localStorage.getItem("language") ?? (navigator.languages.find((tag) => tag.slice(0, 2) in words) ?? "en").slice(0, 2);
let applicationId = crypto.randomUUID(); // kept until there is an answer, so that sending again is no second application
let shown = {}; // what is on the page in words, to be said again in the other language

const word = (key) => words[language][key];
const money = (minor) => new Intl.NumberFormat(language, { style: "currency", currency: lender.currency }).format(minor / 100);
const round = (minor) => new Intl.NumberFormat(language, { style: "currency", currency: lender.currency, maximumFractionDigits: 0 }).format(minor / 100);
const asked = () => ({ amount: Number($("amount").value) * 100, months: Number($("months").value) });

async function get(path) {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

// Whose page this is --------------------------------------------------------------------------------------------------

// A colour of its own for each name, from green over blue to violet: red would look like an error. The style keeps its
// lightness, and so the contrast.
function hue(name) {
  let hash = 2166136261;
  for (const character of name) hash = Math.imul(hash ^ character.codePointAt(0), 16777619) >>> 0;
  return 150 + ((hash >>> 5) % 190);
}

function showLender(hello) {
  Object.assign(lender, hello);
  const name = hello.tenant.charAt(0).toUpperCase() + hello.tenant.slice(1);
  document.title = name;
  $("tenant").textContent = name;
  $("mark").textContent = name.charAt(0);
  $("mark").hidden = false;
  $("stage").textContent = hello.stage;
  $("stage").hidden = hello.stage === "production";
  document.documentElement.style.setProperty("--hue", hue(hello.tenant));
}

// What is said ---------------------------------------------------------------------------------------------------------

function showQuote({ instalment, total, amount, yearlyBasisPoints }) {
  $("instalment").textContent = money(instalment);
  $("total").textContent = money(total);
  $("cost").textContent = money(total - amount);
  $("rate").textContent = new Intl.NumberFormat(language, { style: "percent", minimumFractionDigits: 2 }).format(yearlyBasisPoints / 10000);
  $("quote").hidden = false;
}

function showDecision(said) {
  const decision = said.decision ?? "received";
  $("decision").dataset.decision = decision;
  $("decision-title").textContent = word(decision);
  $("decision-text").textContent = word(`${decision}Text`)(said.amount && round(said.amount), said.instalment && money(said.instalment));
  $("without-bureau").hidden = said.bureau !== "not asked";
  $("reference").textContent = (said.id ?? said.application).slice(0, 8);
  $("decision").hidden = false;
}

function showList(applications) {
  const cell = (text, label, kind) => {
    const td = document.createElement("td");
    td.dataset.label = label;
    if (kind) td.className = kind;
    td.append(text);
    return td;
  };
  const badge = (decision) => {
    const span = document.createElement("span");
    span.className = "badge";
    span.dataset.decision = decision;
    span.textContent = word(decision);
    return span;
  };
  $("rows").replaceChildren(
    ...applications.map((one) => {
      const row = document.createElement("tr");
      row.append(
        cell(one.name, word("applicant")),
        cell(word(one.purpose), word("purpose")),
        cell(round(one.amount), word("amount"), "number"),
        cell(money(one.instalment), word("monthly"), "number"),
        cell(badge(one.decision), word("decision")),
      );
      return row;
    }),
  );
  $("list").hidden = applications.length === 0;
}

function showTrouble(key) {
  $("trouble").textContent = key ? word(key) : "";
  $("trouble").hidden = !key;
}

function showWrong(field, wrong) {
  $(field).setAttribute("aria-invalid", String(wrong));
  $(`${field}-wrong`).textContent = wrong ? word(`${field}Wrong`) : "";
  $(`${field}-wrong`).hidden = !wrong;
}

function speak(chosen) {
  language = chosen;
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll("[data-word]")) element.textContent = word(element.dataset.word);
  for (const element of document.querySelectorAll("[data-label]:not(td)")) element.setAttribute("aria-label", word(element.dataset.label));
  for (const button of document.querySelectorAll("[data-language]")) button.setAttribute("aria-pressed", String(button.dataset.language === language));
  showAsked();
  if (shown.quote) showQuote(shown.quote);
  if (shown.decision) showDecision(shown.decision);
  if (shown.list) showList(shown.list);
  showTrouble(shown.trouble);
  for (const field of ["name", "email"]) showWrong(field, $(field).getAttribute("aria-invalid") === "true");
}

// What is asked ---------------------------------------------------------------------------------------------------------

function showAsked() {
  const { amount, months } = asked();
  $("amount-said").textContent = round(amount);
  $("months-said").textContent = word("monthsSaid")(months);
  for (const range of [$("amount"), $("months")]) {
    range.style.setProperty("--done", `${(100 * (range.value - range.min)) / (range.max - range.min)}%`);
  }
  $("amount").setAttribute("aria-valuetext", $("amount-said").textContent);
  $("months").setAttribute("aria-valuetext", $("months-said").textContent);
}

let quoteTimer;
function askQuote() {
  showAsked();
  clearTimeout(quoteTimer);
  quoteTimer = setTimeout(async () => {
    const { amount, months } = asked();
    try {
      const quote = await get(`/api/quote?amount=${amount}&months=${months}`);
      if (quote.amount === asked().amount && quote.months === asked().months) showQuote((shown.quote = quote));
    } catch {
      $("quote").hidden = true; // an old one would be a wrong one
      shown.quote = undefined;
    }
  }, 120);
}

async function askList() {
  try {
    showList((shown.list = (await get("/api/applications")).applications));
  } catch {
    $("list").hidden = true;
  }
}

// Until the lender's services answer; what was written meanwhile stays.
async function begin() {
  try {
    showLender(await get("/api/hello"));
  } catch {
    showTrouble((shown.trouble = "notThere"));
    setTimeout(begin, 2000);
    return;
  }
  if (shown.trouble === "notThere") shown.trouble = undefined;
  speak(language);
  askQuote();
  await askList();
}

function check() {
  const wrong = ["name", "email"].filter((field) => {
    const isWrong = !$(field).value.trim() || !$(field).checkValidity();
    showWrong(field, isWrong);
    return isWrong;
  });
  if (wrong.length) $(wrong[0]).focus();
  return wrong.length === 0;
}

// A service that is away for a moment is asked again, with the same id.
async function send(body) {
  for (let attempt = 1; ; ++attempt) {
    try {
      const answer = await fetch(`/api/applications/${applicationId}`, { method: "POST", body });
      if (answer.status < 500 || attempt === 4) return answer;
    } catch (error) {
      if (attempt === 4) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 500 * attempt));
  }
}

async function apply() {
  const fields = { name: $("name").value.trim(), email: $("email").value.trim(), purpose: $("purpose").value, ...asked() };
  const answer = await send(JSON.stringify(fields)).catch(() => undefined);
  shown.trouble = answer?.ok ? undefined : answer && answer.status < 500 ? "refused" : "away";
  if (shown.trouble === "refused") {
    applicationId = crypto.randomUUID(); // nothing was taken under this one
    const { field } = await answer.json().catch(() => ({}));
    if (field === "name" || field === "email") showWrong(field, true);
  }
  showTrouble(shown.trouble);
  if (!answer?.ok) return;
  applicationId = crypto.randomUUID();
  showDecision((shown.decision = await answer.json()));
  $("decision").focus();
  $("decision").scrollIntoView({ block: "nearest" });
  await askList();
}

$("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  if (!check()) return;
  $("apply").disabled = true;
  $("apply").textContent = word("sending");
  await apply();
  $("apply").disabled = false;
  $("apply").textContent = word("apply");
});
$("another").addEventListener("click", () => {
  shown.decision = undefined;
  $("decision").hidden = true;
  $("name").value = $("email").value = "";
  $("name").focus();
});
for (const range of [$("amount"), $("months")]) range.addEventListener("input", askQuote);
for (const button of document.querySelectorAll("[data-language]"))
  button.addEventListener("click", () => {
    localStorage.setItem("language", button.dataset.language);
    speak(button.dataset.language);
  });

speak(language in words ? language : "en");
await begin();
