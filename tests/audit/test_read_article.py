"""What is left of a page: text, headline, date; and what is refused."""

from __future__ import annotations

import pytest

pytest.importorskip("spacy")

from upperhand.audit.read.article import ArticleError, read_article, without_boilerplate
from upperhand.cli.guard import guarded
from upperhand.core.errors import MissingExtraError, OptionError

STORY = (
    "Ottawa will put a duty of 25% on American trucks from 1 November, the minister said. "
    "The prime minister of Canada has ruled out a ban on imports of American wine."
)
PAGE = f"""<!doctype html><html><head><title>Trucks and wine</title>
<meta property="article:published_time" content="2025-10-15T08:00:00Z">
<script>var rule = "China will impose a 900% tariff on American cars";</script>
<style>p {{ color: red }}</style></head>
<body><nav><a href="/">Home</a> <a href="/world">World</a></nav>
<div class="cookie-banner">We use cookies to improve this site. Accept all</div>
<article><h1>Trucks and wine</h1><p>{STORY}</p><script>document.write("Beijing banned it")</script>
<p>{"Farmers in Ontario were relieved when they heard of it in the evening news. " * 4}</p></article>
<aside>Related: Washington threatens Mars with tariffs of 70 per cent</aside>
<div id="comments"><h3>Leave a Reply</h3><p>Nobody: India should double its tariffs!</p></div>
<footer>Copyright 2025. All rights reserved.</footer></body></html>"""


def write(folder, name, text):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_saved_page_keeps_the_story_and_loses_the_rest(tmp_path):
    pytest.importorskip("trafilatura")
    found = read_article(write(tmp_path, "page.html", PAGE))
    text = " ".join([found.title, *found.paragraphs])
    assert "duty of 25%" in text
    assert found.title == "Trucks and wine"
    assert found.written is not None
    assert found.written.text() == "2025-10-15"
    assert found.date_from == "page"
    for alien in (
        "900%",
        "Beijing",
        "cookies",
        "Leave a Reply",
        "India",
        "rights",
        "color",
        "Mars",
    ):
        assert alien not in text


def test_wrapped_lines_of_a_text_are_joined(tmp_path):
    text = "Trucks\n\nOttawa will put a duty of 25% on American trucks and on the buses\nof Mexico.\nEnd.\n"
    found = read_article(write(tmp_path, "a.txt", text))
    assert found.paragraphs[0].endswith("and on the buses of Mexico.")


def test_markdown_loses_its_marks_scripts_and_code(tmp_path):
    text = (
        "---\ntitle: Trucks\ndate: 2025-10-15\n---\n# Trucks\n\n**Ottawa** will put a\n"
        "[duty](https://example.org) of 25% on American trucks.\n\n```\nChina bans cars\n```\n"
        "<script>\nalert('Japan bans cars')\n</script>\n\n> It is the third of its kind.\n"
    )
    found = read_article(write(tmp_path, "a.md", text))
    assert found.title == "Trucks"
    assert found.paragraphs == (
        "Ottawa will put a duty of 25% on American trucks.",
        "It is the third of its kind.",
    )
    assert found.written is not None
    assert found.written.text() == "2025-10-15"


@pytest.mark.parametrize(
    "line",
    [
        "Source link",
        "Visited 14 times, 2 visit(s) today",
        "Share this article on Facebook",
        "Your email address will not be published. Required fields are marked *",
        "We use cookies to make this site better for you.",
        "Read more: what the minister said in May",
        "Subscribe now",
        "3 comments",
        "Sign up for our newsletter",
    ],
)
def test_lines_of_the_page_go(line):
    lines = ["A headline", "A headline", "The duty rose.", line, "The duty fell."]
    title, kept, removed = without_boilerplate(lines)
    assert (title, kept, removed) == ("A headline", ["The duty rose.", "The duty fell."], 2)


@pytest.mark.parametrize(
    "line",
    [
        "Share prices in Tokyo rose after the duty was lifted.",
        "Comments by the minister in Beijing calmed the markets.",
        "By accident, the duty was levied twice.",
        "Related industries in Japan fear the tariff.",
    ],
)
def test_sentences_that_look_a_little_like_it_stay(line):
    assert without_boilerplate(["A headline", "First it rained.", line])[1][-1] == line


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.txt", b"", "is empty"),
        ("blank.txt", b" \n\n \n", "is empty"),
        ("only.txt", b"Leave a Reply\nShare this\n", "no sentences"),
        ("binary.txt", bytes(range(256)) * 40, "is binary"),
        ("zip.html", b"PK\x03\x04" + b"\x00\x07" * 400, "is binary"),
        ("a.pdf", b"%PDF-1.4", "unknown suffix '.pdf'"),
        ("page.html", b"<html><body></body></html>", "no article found"),
        (
            "german.txt",
            b"Die Regierung in Berlin hat am Montag neue Abgaben auf Einfuhren beschlossen, und "
            b"viele Firmen halten das nicht nur in Bayern und Sachsen schlicht und ergreifend "
            b"wegen der hohen Kosten sowie der langen Fristen zugleich unbedacht und unklug.",
            "is not in English",
        ),
        ("chinese.txt", ("中国商务部宣布 对美国商品 加征关税 " * 20).encode(), "is not in English"),
    ],
)
def test_what_is_no_article_is_refused_with_its_name(tmp_path, name, content, words, capsys):
    if name.endswith("html"):
        pytest.importorskip("trafilatura")
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ArticleError, match=words):
        read_article(path)
    assert guarded(["read", str(path)]) == 2
    assert str(path) in capsys.readouterr().err


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    with pytest.raises(ArticleError, match="no such file"):
        read_article(tmp_path / "none.txt")
    (tmp_path / "folder.txt").mkdir()
    with pytest.raises(ArticleError, match="is a folder"):
        read_article(tmp_path / "folder.txt")


def test_fifty_megabytes_are_refused_at_once(tmp_path):
    path = tmp_path / "large.html"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    with pytest.raises(ArticleError, match=r"50\.0 MB; at most 3 MB"):
        read_article(path)


def test_a_text_of_too_many_words_is_refused(tmp_path):
    path = write(
        tmp_path, "long.txt", "The tariff on the cars is of no use to them, it was said. " * 2_000
    )
    with pytest.raises(ArticleError, match="at most 20,000"):
        read_article(path)


def test_a_page_nested_a_hundred_thousand_deep_ends(tmp_path):
    pytest.importorskip("trafilatura")
    path = write(tmp_path, "deep.html", "<div>" * 100_000 + STORY)
    with pytest.raises(ArticleError, match=r"deep\.html"):
        read_article(path)


@pytest.mark.parametrize("day", ["soon", "2025-13", "2025-10-32", "15.10.2025", ""])
def test_a_date_that_is_none_is_refused(tmp_path, day):
    with pytest.raises(OptionError, match="--date"):
        read_article(write(tmp_path, "a.txt", STORY), day=day)


def test_the_date_comes_from_the_option_then_the_page_then_the_name(tmp_path):
    path = write(tmp_path, "column-2025-10.txt", STORY)
    by_name = read_article(path)
    assert by_name.written is not None
    assert (by_name.written.text(), by_name.date_from) == ("2025-10", "file name")
    by_option = read_article(path, day="2025-10-14")
    assert by_option.written is not None
    assert (by_option.written.text(), by_option.date_from) == ("2025-10-14", "option")


def test_without_the_package_the_message_names_the_extra(monkeypatch):
    import sys

    from upperhand.audit.read.words import spacy_or_error

    monkeypatch.setitem(sys.modules, "spacy", None)
    with pytest.raises(MissingExtraError, match=r"upperhand\[read\]"):
        spacy_or_error()


def test_without_the_package_for_pages_the_message_says_what_else_to_do(monkeypatch, tmp_path):
    import sys

    monkeypatch.setitem(sys.modules, "trafilatura", None)
    with pytest.raises(MissingExtraError, match=r"upperhand\[read\].*\.txt"):
        read_article(write(tmp_path, "page.html", PAGE))


@pytest.mark.parametrize(
    "line", ["Opinion | Why duties rose", "Why duties rose | The Daily", "WHY DUTIES ROSE"]
)
def test_a_headline_repeated_with_a_label_or_the_name_of_the_paper_goes(line):
    """A page names its headline in the metadata, above the text, and sometimes again in it."""
    same = "Why duties rose"
    for title, lines in [(same, [line]), (line, [same]), ("", [same, line]), ("", [line, same])]:
        head, kept, removed = without_boilerplate([*lines, "The duty rose to a tenth."], title)
        assert head.lower() == same.lower()
        assert (kept, removed) == (["The duty rose to a tenth."], 1)
