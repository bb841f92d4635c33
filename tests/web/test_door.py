"""The door: who is let in, how much and how often; and the headers of every answer."""

from __future__ import annotations

import json
import socket

import httpx
import pytest

from tests.web.support import TOY, running

SECRET = "correct-horse-battery-staple"


@pytest.fixture(scope="module")
def beyond(tmp_path_factory):
    """A server that listens on every address of this machine, and so asks for a token."""
    folder = tmp_path_factory.mktemp("beyond") / "data"
    with running(folder, host="0.0.0.0", names=["Desk.Example"], token=SECRET) as found:
        yield found


def asked(server, text: bytes) -> bytes:
    """Return what a server says to raw bytes."""
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as line:
        line.sendall(text)
        parts = []
        try:
            while part := line.recv(65536):
                parts.append(part)
        except (TimeoutError, ConnectionResetError):
            pass
    return b"".join(parts)


@pytest.mark.parametrize("path", ["/", "/api/v1/health", "/api/v1/nope", "/nope"])
def test_every_answer_carries_the_headers_that_keep_a_browser_safe(server, path):
    headers = httpx.get(server.url + path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["x-frame-options"] == "DENY"
    assert "access-control-allow-origin" not in headers
    assert "server" not in headers


def test_answers_are_not_kept_by_browsers_and_files_are_by_their_mark(server):
    assert httpx.get(f"{server.url}/api/v1/health").headers["cache-control"] == "no-store"
    first = httpx.get(f"{server.url}/")
    assert first.headers["cache-control"] == "no-cache"
    mark = {"if-none-match": first.headers["etag"]}
    again = httpx.get(f"{server.url}/", headers=mark)
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/../api.py", "/%2e%2e/api.py", "/..%2f..%2fapi.py", "/assets/../../api.py",
        "/assets/%2e%2e/%2e%2e/settings.py", "//etc/passwd", "/static/index.html", "/assets/",
        "/assets", "/%00", "/index.html%00.js", "/assets/..\\..\\api.py",
    ],
)  # fmt: skip
def test_only_the_files_of_the_page_are_served(server, path):
    said = asked(
        server, f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
    )
    assert said.split(b"\r\n")[0].split()[1] in (b"404", b"400"), said[:200]
    assert b"import annotations" not in said


def test_files_are_only_read(server):
    assert httpx.post(f"{server.url}/").status_code == 405
    assert httpx.put(f"{server.url}/api/v1/answer", json={}).status_code == 405


def test_a_page_elsewhere_cannot_use_the_server_under_its_own_name(server):
    """DNS rebinding: the browser sends the name of the other site as host."""
    for host in ("evil.example", "evil.example:80", "127.0.0.1.evil.example", "", "localhost."):
        response = httpx.get(f"{server.url}/api/v1/health", headers={"host": host})
        assert response.status_code in (400, 403), host
    for host in ("localhost", "LOCALHOST:99", "127.0.0.1", "[::1]:8765"):
        assert httpx.get(f"{server.url}/api/v1/health", headers={"host": host}).is_success, host


def test_requests_that_another_site_makes_the_browser_send_are_refused(server):
    for site in ("cross-site", "same-site"):
        response = httpx.post(
            f"{server.url}/api/v1/jobs", json={}, headers={"sec-fetch-site": site}
        )
        assert response.status_code == 403
    own = {"sec-fetch-site": "same-origin", "origin": server.url}
    assert httpx.get(f"{server.url}/api/v1/health", headers=own).is_success


def test_a_form_of_another_site_cannot_post(server):
    """Old browsers send no `sec-fetch-site`; a form cannot send JSON or another origin's."""
    for more in ({"origin": "http://evil.example"}, {"origin": "null"}):
        response = httpx.post(f"{server.url}/api/v1/answer", json={"scenario": TOY}, headers=more)
        assert response.status_code == 403, more
    for kind in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
    ):
        response = httpx.post(
            f"{server.url}/api/v1/jobs", content=json.dumps({"kind": "run", "scenario": TOY}),
            headers={"content-type": kind},
        )  # fmt: skip
        assert response.status_code in (415, 422), kind
    assert (
        httpx.post(
            f"{server.url}/api/v1/worlds", content=b"PK", headers={"content-type": "text/plain"}
        ).status_code
        == 415
    )


def test_beyond_this_machine_every_call_needs_the_token(beyond):
    assert beyond.token == SECRET
    for header in ({}, {"authorization": "Bearer wrong"}, {"authorization": f"Basic {SECRET}"},
                   {"authorization": f"Bearer {SECRET}x"}, {"cookie": "upperhand_token=wrong"},
                   {"authorization": "Bearer \xff".encode("latin-1")}):  # fmt: skip
        response = httpx.get(f"{beyond.url}/api/v1/health", headers=header)
        assert response.status_code == 401
        assert response.headers["www-authenticate"] == "Bearer"
        assert SECRET not in response.text
    assert httpx.get(f"{beyond.url}/").status_code == 200  # the page itself holds nothing
    response = httpx.get(f"{beyond.url}/api/v1/openapi.json")
    assert response.status_code == 401


def test_the_token_is_left_in_a_cookie_that_scripts_cannot_read(beyond):
    with httpx.Client(base_url=beyond.url) as client:
        bearer = {"authorization": f"bearer {SECRET}"}
        response = client.get("/api/v1/health", headers=bearer)
        flags = response.headers["set-cookie"]
        assert "HttpOnly" in flags
        assert "SameSite=Strict" in flags
        assert client.get("/api/v1/health").status_code == 200


def test_names_of_the_server_are_known_whatever_their_case(beyond):
    headers = {"host": "desk.example:80", "authorization": f"Bearer {SECRET}"}
    assert httpx.get(f"{beyond.url}/api/v1/health", headers=headers).is_success


def test_a_server_beyond_this_machine_makes_a_token_of_its_own(tmp_path):
    with running(tmp_path / "data", host="0.0.0.0") as server:
        assert len(server.token) >= 32
        assert httpx.get(f"{server.url}/api/v1/health").status_code == 401


def test_a_body_that_is_too_large_is_refused_before_it_is_read(server):
    head = (
        b"POST /api/v1/answer HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        b"Content-Length: 99999999999999999999999\r\nConnection: close\r\n\r\n{"
    )
    assert asked(server, head).split()[1] in (b"413", b"400")
    with httpx.Client(base_url=server.url) as client:
        big = b'{"scenario": {"title": "' + b"x" * 1_100_000 + b'"}}'
        headers = {"content-type": "application/json"}
        assert client.post("/api/v1/answer", content=big, headers=headers).status_code == 413
        chunks = (b"x" * 100_000 for _ in range(20))
        assert client.post("/api/v1/answer", content=chunks, headers=headers).status_code == 413
        assert client.get("/api/v1/health").status_code == 200


@pytest.mark.parametrize("length", ["-1", "1e3", "abc", "\u0661"])
def test_a_length_that_is_no_number_is_refused(server, length):
    head = f"POST /api/v1/answer HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    assert asked(server, head.encode()).split()[1] == b"400"


def test_nonsense_on_the_line_is_answered_or_dropped_and_the_server_goes_on(server):
    for noise in (b"\x00" * 100 + b"\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n",
                  b"\x16\x03\x01\x02\x00\x01\x00", b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * 5000 + b"\r\n",
                  b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n"):  # fmt: skip
        with socket.create_connection(("127.0.0.1", int(server.url.rsplit(":", 1)[1]))) as line:
            line.sendall(noise)
            line.shutdown(socket.SHUT_WR)
            line.settimeout(10)
            try:
                said = line.recv(200)
            except ConnectionResetError:
                said = b""
        assert said == b"" or said.split()[1] in (b"400", b"403", b"404", b"431"), noise[:20]
    assert httpx.get(f"{server.url}/api/v1/health").is_success


@pytest.mark.parametrize("depth", [25, 900, 100_000])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_json_that_nests_too_deeply_is_refused(api, depth, opening, closing):
    inner = opening * depth + "1" + closing * depth
    text = f'{{"scenario": {{"title": "x", "moves": [], "notes": [{inner}]}}}}'
    headers = {"content-type": "application/json"}
    response = api.post("/answer", content=text.encode(), headers=headers)
    assert response.status_code in (400, 422), response.text[:300]
    assert api.get("/health").is_success


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
            f"{chr(98 + i)}: &{chr(98 + i)} [" + ", ".join([f"*{chr(97 + i)}"] * 9) + "]\n"
            for i in range(9)
        ),
        "[" * 5000,
        "{a: " * 5000,
        "!!python/object/apply:os.system ['true']",
        "a: 1\na: 2\n",
        "\0",
        "- " * 50_000,
        "? " * 10_000,
        "title: &x\n  <<: *x\nmoves: []\n",
        "%YAML 9.9\n---\ntitle: x\n",
        "title: " + "9" * 100_000,
    ],
    ids=["laughs", "lists", "maps", "object", "twice", "binary", "dashes", "marks", "itself",
         "directive", "number"],
)  # fmt: skip
def test_yaml_meant_to_harm_is_refused_quickly(api, text):
    response = api.post("/check", json={"yaml": text})
    assert response.status_code == 422, response.text[:300]
    assert len(response.content) < 20_000


def test_a_large_yaml_is_refused_by_its_size(api):
    response = api.post("/check", json={"yaml": "a" * 200_001})
    assert response.status_code == 422
    assert response.json()["errors"][0]["path"] == "yaml"


def test_many_moves_are_refused_by_their_number(api):
    many = TOY | {"moves": TOY["moves"] * 201}
    response = api.post("/answer", json={"scenario": many})
    assert response.status_code == 422
    assert "moves" in response.json()["errors"][0]["path"]


def test_too_many_faults_do_not_make_a_long_answer(api):
    wrong = TOY | {"moves": [{"kind": f"x{i}" * 50} for i in range(200)]}
    response = api.post("/answer", json={"scenario": wrong})
    assert response.status_code == 422
    assert len(response.content) < 500_000


def test_odd_text_goes_through_or_is_refused_and_breaks_nothing(api):
    for title in ("\ud800", "\u202e", "\x7f", "a" * 201, "\U0001f600", "\r\nset-cookie: a=b"):
        body = json.dumps({"scenario": TOY | {"title": title}}).encode()
        response = api.post("/answer", content=body, headers={"content-type": "application/json"})
        assert response.status_code in (200, 400, 422), repr(title)
        assert "set-cookie" not in response.headers


def test_who_asks_too_often_is_asked_to_wait(tmp_path):
    limits = {"rate_per_second": 1.0, "burst": 5}
    with running(tmp_path / "data", limits=limits) as server, server.client() as client:
        found = [client.get("/health") for _ in range(12)]
        assert {r.status_code for r in found} == {200, 429}
        refused = next(r for r in found if r.status_code == 429)
        assert refused.headers["retry-after"] == "1"
        assert refused.headers["content-type"] == "application/problem+json"


def test_costly_calls_have_a_bound_of_their_own(tmp_path):
    limits = {"heavy_per_second": 0.01, "heavy_burst": 2}
    with running(tmp_path / "data", limits=limits) as server, server.client() as client:
        for call in ("/jobs", "/read", "/jobs"):
            last = client.post(call, json={})
        assert last.status_code == 429
        assert client.get("/health").status_code == 200


def test_an_answer_that_takes_too_long_is_given_up_and_the_next_one_comes(tmp_path):
    with running(tmp_path / "data", limits={"answer_seconds": 0.001}) as server:
        client = server.client()
        response = client.post("/answer", json={"scenario": TOY})
        assert response.status_code == 503
        assert int(response.headers["retry-after"]) > 0
        assert client.get("/health").status_code == 200
