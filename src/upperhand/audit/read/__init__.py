"""Draft measures and claims from an article, for a person to confirm."""

from upperhand.audit.read.article import Article, read_article
from upperhand.audit.read.draft import Draft, draft_from, read_draft

__all__ = ["Article", "Draft", "draft_from", "read_article", "read_draft"]
