// How the client is made: docs/clients.md.
export default {
  input: "openapi.json",
  logs: { file: false },
  output: { path: "generated", module: { extension: ".js" } },
  plugins: ["@hey-api/client-fetch", "@hey-api/sdk", "@hey-api/typescript"],
};
