"""Ready-to-paste programs: the gateway's quick start with the studio's own address, in the reader's language.

Source: https://apidoc.3hei.com/zh/docs/guide/quickstart
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from generations.relay.code_blocks import code_block

# What stands in for the key wherever the page cannot know it.
PLACEHOLDER = "your-api-key"


@dataclass(frozen=True, slots=True)
class Snippet:
    """One program. `name` is stable, `label` stands on its tab."""

    name: str
    label: str
    language: str
    source: str

    @property
    def html(self) -> SafeString:
        """The program as a block of coloured text."""
        return SafeString(code_block(self.source, language=self.language))


def snippets_for(*, address: str, secret: str = PLACEHOLDER) -> tuple[Snippet, ...]:
    """Return the programs for a studio at this address."""
    return (
        Snippet("openai-curl", "curl", "bash", _openai_curl(address, secret)),
        Snippet("openai-python", "Python", "python", _openai_python(address, secret)),
        Snippet("openai-node", "Node", "javascript", _openai_node(address, secret)),
        Snippet("anthropic-env", _("Anthropic, environment"), "bash", _anthropic_environment(address, secret)),
        Snippet("anthropic-python", _("Anthropic, Python"), "python", _anthropic_python(address, secret)),
        Snippet("seedance-curl", "Seedance", "bash", _seedance(address, secret)),
        Snippet("gemini-curl", "Nano Banana", "bash", _nano_banana(address, secret)),
    )


def _text(text: str) -> str:
    """Return a text as JSON, JavaScript and Python all write it."""
    return json.dumps(text, ensure_ascii=False)


def _shell(text: str) -> str:
    """Return a text in JSON as it may stand between single quotes of a shell."""
    return _text(text).replace("'", "'\\''")


def _hello() -> str:
    return _("Hello!")


def _helpful() -> str:
    return _("You are a helpful assistant.")


def _openai_curl(address: str, secret: str) -> str:
    return f"""curl -X POST "{address}/v1/chat/completions" \\
  -H "Authorization: Bearer {secret}" \\
  -H "Content-Type: application/json" \\
  -d '{{
    "model": "gpt-5.1",
    "messages": [
      {{"role": "system", "content": {_shell(_helpful())}}},
      {{"role": "user", "content": {_shell(_hello())}}}
    ]
  }}'
"""


def _openai_python(address: str, secret: str) -> str:
    return f"""from openai import OpenAI

client = OpenAI(
    api_key="{secret}",
    base_url="{address}"
)

response = client.chat.completions.create(
    model="gpt-5.1",
    messages=[
        {{"role": "system", "content": {_text(_helpful())}}},
        {{"role": "user", "content": {_text(_hello())}}}
    ]
)

print(response.choices[0].message.content)
"""


def _openai_node(address: str, secret: str) -> str:
    return f"""import OpenAI from 'openai';

const client = new OpenAI({{
    apiKey: '{secret}',
    baseURL: '{address}'
}});

const response = await client.chat.completions.create({{
    model: 'gpt-5.1',
    messages: [
        {{ role: 'system', content: {_text(_helpful())} }},
        {{ role: 'user', content: {_text(_hello())} }}
    ]
}});

console.log(response.choices[0].message.content);
"""


def _anthropic_environment(address: str, secret: str) -> str:
    return f"""export ANTHROPIC_API_KEY="{secret}"
export ANTHROPIC_BASE_URL="{address}"
"""


def _anthropic_python(address: str, secret: str) -> str:
    return f"""from anthropic import Anthropic

client = Anthropic(
    api_key="{secret}",
    base_url="{address}"
)

response = client.messages.create(
    model="claude-sonnet-4-6",
    max_tokens=1024,
    messages=[{{"role": "user", "content": {_text(_hello())}}}]
)

print(response.content[0].text)
"""


def _seedance(address: str, secret: str) -> str:
    prompt = _("A fluffy orange cat runs across a sunny meadow")
    remark = _("The answer holds a task_id. Ask for the result every 3 to 5 seconds:")
    return f"""curl -X POST "{address}/ai/seedance/videos" \\
  -H "AIKey: {secret}" \\
  -H "Content-Type: application/json" \\
  -d '{{
    "model": "doubao-seedance-2-0-fast",
    "content": [
      {{ "type": "text", "text": {_shell(prompt)} }}
    ],
    "resolution": "720p",
    "ratio": "16:9",
    "duration": 5
  }}'

# {remark}
curl "{address}/ai/seedance/result?task_id=TASK_ID" -H "AIKey: {secret}"
"""


def _nano_banana(address: str, secret: str) -> str:
    prompt = _("Future city at night, neon reflected in wet streets")
    remark = _("The answer holds a taskCode. Ask for the result every 3 to 5 seconds:")
    return f"""curl -X POST "{address}/ai/gemini/image/generate" \\
  -H "AIKey: {secret}" \\
  -H "Content-Type: application/json" \\
  -d '{{
    "prompt": {_shell(prompt)},
    "action": "generate",
    "model": "nano-banana-fast",
    "aspect_ratio": "16:9"
  }}'

# {remark}
curl "{address}/ai/gemini/result?code=TASK_CODE" -H "AIKey: {secret}"
"""
