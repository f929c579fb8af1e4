// Vercel's AI SDK for both protocols: one conversation each, whole and streamed.
import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import { generateText, streamText } from "ai";
import { ADDRESS, KEY, report } from "../reporting.mjs";

const openai = createOpenAI({ baseURL: `${ADDRESS}/v1`, apiKey: KEY });
const anthropic = createAnthropic({ baseURL: `${ADDRESS}/v1`, apiKey: KEY });

async function conversation(model) {
  const messages = [{ role: "user", content: "Hi [sandbox tokens=12]" }];
  const first = await generateText({ model, messages, maxRetries: 0 });
  messages.push({ role: "assistant", content: first.text }, { role: "user", content: "And then? [sandbox tokens=12]" });
  let pieces = 0;
  for await (const piece of streamText({ model, messages, maxRetries: 0 }).textStream) pieces += piece ? 1 : 0;
  return [Boolean(first.text), pieces > 1];
}

await report({
  openai: () => conversation(openai.chat("gpt-5.1")),
  anthropic: () => conversation(anthropic("claude-sonnet-4-6")),
});
