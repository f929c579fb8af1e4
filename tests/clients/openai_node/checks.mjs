// The `openai` package for Node: everything that a chat script does, against the address given.
import OpenAI from "openai";
import { ADDRESS, BOUND_KEY, KEY, PIXEL, report } from "../reporting.mjs";

const WEATHER = {
  type: "function",
  function: {
    name: "get_weather",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  },
};

const client = (suffix = "", more = {}) =>
  new OpenAI({ apiKey: KEY, baseURL: ADDRESS + suffix, maxRetries: 0, timeout: 60_000, ...more });
const ask = (words, more = {}, by = client()) =>
  by.chat.completions.create({ model: "gpt-5.1", messages: [{ role: "user", content: words }], ...more });
const all = async (stream) => {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
};

await report({
  whole: async () => {
    const found = [];
    for (const suffix of ["", "/", "/v1", "/v1/"]) {
      const answer = await ask("Hi [sandbox tokens=5]", {}, client(suffix));
      found.push([Boolean(answer.choices[0].message.content), answer.usage.completion_tokens]);
    }
    return found;
  },
  streamed: async () => {
    const chunks = await all(await ask("Hi [sandbox tokens=8]", { stream: true, stream_options: { include_usage: true } }));
    const plain = await all(await ask("Hi [sandbox tokens=8]", { stream: true }));
    return {
      words: Boolean(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join("")),
      usage: chunks.at(-1).usage.completion_tokens,
      nobody_asked: plain.filter((chunk) => chunk.usage).map((chunk) => chunk.usage),
      finish: plain.at(-1).choices[0].finish_reason,
    };
  },
  tools: async () => {
    const question = { role: "user", content: "What is the weather in 杭州?" };
    const first = (await ask("", { messages: [question], tools: [WEATHER] })).choices[0];
    const call = first.message.tool_calls[0];
    const result = { role: "tool", tool_call_id: call.id, content: "18 °C" };
    const second = (await ask("", { messages: [question, first.message, result], tools: [WEATHER] })).choices[0];
    const streamed = await all(await ask("", { messages: [question], tools: [WEATHER], stream: true }));
    const pieces = streamed.flatMap((chunk) => chunk.choices[0]?.delta.tool_calls ?? []);
    return {
      finish: first.finish_reason,
      name: call.function.name,
      arguments: Object.keys(JSON.parse(call.function.arguments)).sort(),
      second: Boolean(second.message.content),
      streamed: Object.keys(JSON.parse(pieces.map((piece) => piece.function.arguments ?? "").join(""))).sort(),
    };
  },
  pictures: async () => {
    const content = [
      { type: "text", text: "What is this? [sandbox tokens=4]" },
      { type: "image_url", image_url: { url: `data:image/png;base64,${PIXEL}` } },
    ];
    return (await ask("", { messages: [{ role: "user", content }] })).usage.completion_tokens;
  },
  models: async () => {
    const found = [];
    for (const suffix of ["", "/v1"]) {
      const names = [];
      for await (const model of client(suffix).models.list()) names.push(model.id);
      found.push(names.sort().slice(0, 2));
    }
    return found;
  },
  aborted: async () => {
    const stream = await ask("Count [sandbox tokens=400 tps=50]", { stream: true });
    let place = 0;
    for await (const _chunk of stream) if (place++ === 3) break;
    stream.controller.abort();
    return "closed";
  },
  bad_key: () => ask("Hi", {}, client("", { apiKey: "sk-studio-" + "x".repeat(43) })),
  no_such_model: () => ask("Hi", { model: "gpt-9" }),
  not_allowed: () => ask("Hi", {}, client("", { apiKey: BOUND_KEY })),
  bad_field: () => ask("", { messages: [] }),
  refused: () => ask("Hi [sandbox fail=moderation]"),
  rate: () => ask("Hi [sandbox http=429]"),
  upstream: () => ask("Hi [sandbox http=500]"),
  too_large: () => ask("Hi" + " ".repeat(70_000_000)),
  timed_out: () => ask("Hi [sandbox slow=5]", {}, client("", { timeout: 1000 })),
  nobody_there: () => ask("Hi", {}, client("", { baseURL: "http://127.0.0.1:9" })),
});
