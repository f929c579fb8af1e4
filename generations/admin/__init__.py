"""Pages for staff's questions: what is stuck, what failed and why, who made what, which models there are."""

from generations.admin import api, assets, catalog, chat, generations, installation

__all__ = ["api", "assets", "catalog", "chat", "generations", "installation"]
