// Anthropic's package for Node: everything that a script does, against the address given.
import Anthropic from "@anthropic-ai/sdk";
import { ADDRESS, BOUND_KEY, KEY, PIXEL, report } from "../reporting.mjs";

const WEATHER = {
  name: "get_weather",
  input_schema: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
};

const client = (suffix = "", more = {}) =>
  new Anthropic({ apiKey: KEY, baseURL: ADDRESS + suffix, maxRetries: 0, timeout: 60_000, ...more });
const question = (words, more = {}) => ({
  model: "claude-sonnet-4-6",
  max_tokens: 1024,
  messages: [{ role: "user", content: words }],
  ...more,
});
const ask = (words, more = {}, by = client()) => by.messages.create(question(words, more));

await report({
  whole: async () => {
    const found = [];
    for (const suffix of ["", "/", "/v1", "/v1/"]) {
      const answer = await ask("Hi [sandbox tokens=5]", {}, client(suffix));
      found.push([Boolean(answer.content[0].text), answer.usage.output_tokens]);
    }
    return found;
  },
  streamed: async () => {
    const final = await client().messages.stream(question("Hi [sandbox tokens=8]", { system: "Be brief." })).finalMessage();
    return { words: Boolean(final.content[0].text), usage: final.usage.output_tokens, finish: final.stop_reason };
  },
  tools: async () => {
    const asked = { role: "user", content: "What is the weather in 杭州?" };
    const first = await ask("", { messages: [asked], tools: [WEATHER] });
    const use = first.content.find((block) => block.type === "tool_use");
    const result = { type: "tool_result", tool_use_id: use.id, content: "18 °C" };
    const turns = [asked, { role: "assistant", content: first.content }, { role: "user", content: [result] }];
    const second = await ask("", { messages: turns, tools: [WEATHER] });
    return { finish: first.stop_reason, name: use.name, arguments: Object.keys(use.input).sort(), second: Boolean(second.content[0].text) };
  },
  pictures: async () => {
    const source = { type: "base64", media_type: "image/png", data: PIXEL };
    const content = [{ type: "image", source }, { type: "text", text: "What is this? [sandbox tokens=4]" }];
    return (await ask("", { messages: [{ role: "user", content }] })).usage.output_tokens;
  },
  thinking: async () => {
    const answer = await ask("Why? [sandbox tokens=6 reasoning]", { max_tokens: 4096, thinking: { type: "enabled", budget_tokens: 1024 } });
    return answer.content.map((block) => block.type);
  },
  models: async () => {
    const found = [];
    for (const suffix of ["", "/v1"]) {
      const names = [];
      for await (const model of client(suffix).models.list({ limit: 100 })) names.push(model.id);
      found.push(names.sort().slice(0, 2));
    }
    return found;
  },
  aborted: async () => {
    const stream = await ask("Count [sandbox tokens=400 tps=50]", { stream: true });
    let place = 0;
    for await (const _event of stream) if (place++ === 5) break;
    stream.controller.abort();
    return "closed";
  },
  bad_key: () => ask("Hi", {}, client("", { apiKey: "sk-studio-" + "x".repeat(43) })),
  no_such_model: () => ask("Hi", { model: "claude-9" }),
  not_allowed: () => ask("Hi", {}, client("", { apiKey: BOUND_KEY })),
  bad_field: () => ask("", { messages: [] }),
  refused: () => ask("Hi [sandbox fail=moderation]"),
  rate: () => ask("Hi [sandbox http=429]"),
  upstream: () => ask("Hi [sandbox http=500]"),
  too_large: () => ask("Hi" + " ".repeat(70_000_000)),
  timed_out: () => ask("Hi [sandbox slow=5]", {}, client("", { timeout: 1000 })),
  nobody_there: () => ask("Hi", {}, client("", { baseURL: "http://127.0.0.1:9" })),
});
