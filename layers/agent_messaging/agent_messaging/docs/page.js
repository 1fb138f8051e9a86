// Shows the OpenAPI document in Swagger UI.
//
// In open mode, the page fills in each request, so that Execute works at the first click. Otherwise
// it asks for an API key. Of the refusals of an operation it shows one line, which can be opened.

"use strict";

const CALLER = "nova-agent-id"; // an agent of the local server, which is the only one in open mode
const IDENTITIES = ["agent_id", "from_agent_id"];
const METHODS = ["get", "post", "put", "patch", "delete"];
const { document: source } = document.currentScript.dataset;

async function show() {
  // The document may come from the cache, but the mode must be that of the running server.
  const [health, answer] = await Promise.all([fetch("/health", { cache: "no-store" }), fetch(source)]);
  const isOpen = health.headers.get("x-auth-mode") === "open";
  const spec = await answer.json();
  for (const operation of operationsOf(spec)) {
    operation.responses = folded(operation.responses, spec.components.responses);
    if (isOpen) fillIn(operation);
  }
  if (isOpen) {
    delete spec.security;
    delete spec.components.securitySchemes;
  }
  const ui = SwaggerUIBundle({
    spec,
    dom_id: "#swagger-ui",
    presets: [SwaggerUIBundle.presets.apis],
    layout: "BaseLayout",
    deepLinking: true,
    displayRequestDuration: true,
    showExtensions: true,
    defaultModelsExpandDepth: 0,
    persistAuthorization: true,
    tryItOutEnabled: true,
    validatorUrl: null,
  });
  document.getElementById(isOpen ? "open" : "keyed").hidden = false;
  document.getElementById("keyed").addEventListener("submit", (event) => {
    event.preventDefault();
    ui.preauthorizeApiKey("bearer", document.getElementById("key").value.trim());
    document.getElementById("used").textContent = "Each request below now sends this key.";
  });
}

function operationsOf(spec) {
  return Object.values(spec.paths).flatMap((path) => METHODS.map((name) => path[name]).filter(Boolean));
}

// Return the responses with all refusals in one entry, which is closed until the reader opens it.
function folded(responses, shared) {
  const isRefusal = ([status]) => status >= "400";
  const kept = Object.entries(responses).filter((each) => !isRefusal(each));
  const refusals = Object.entries(responses).filter(isRefusal);
  if (refusals.length === 0) return responses;
  const lines = refusals.map(([status, response]) => {
    const { description } = response.$ref ? shared[response.$ref.split("/").pop()] : response;
    return `<li><b>${status}</b> ${html(description)}</li>`;
  });
  const statuses = refusals.map(([status]) => status).join(", ");
  const description = `<details><summary>Refusals: ${statuses}</summary><ul>${lines.join("")}</ul></details>`;
  return { ...Object.fromEntries(kept), "4xx, 5xx": { description } };
}

// Return a text of the document as HTML. In the document, `code` stands between backticks.
function html(text) {
  const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return escaped.replace(/`([^`]*)`/g, "<code>$1</code>");
}

function fillIn(operation) {
  for (const parameter of operation.parameters ?? []) {
    if (parameter.in === "query" && IDENTITIES.includes(parameter.name)) parameter.example = CALLER;
  }
}

show().catch((error) => {
  document.getElementById("swagger-ui").textContent = `This page could not be shown: ${error.message}`;
});
