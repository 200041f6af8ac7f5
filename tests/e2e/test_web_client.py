"""The web client as a person meets it."""


def test_icons_are_drawn_with_their_font(page):
    """Font Awesome 4.7 really loads: every file that the style sheet names, and the glyphs have the font's width."""
    answers = {}
    page.on("response", lambda response: answers.update({response.url: response.status}))
    page.goto("/odoo")
    page.wait_for_selector(".o_main_navbar .fa, .o_main_navbar .oi")
    loaded = page.evaluate("document.fonts.load('16px FontAwesome', '\\uf015').then(faces => faces.map(f => f.status))")
    assert loaded == ["loaded"]
    assert [url for url, status in answers.items() if status >= 400] == []


def test_server_answers_the_client(server):
    """The administrator of the training company can call the server."""
    company = server.client().call("res.company", "search_read", [], fields=["currency_id", "country_code"])
    assert [(row["currency_id"][1], row["country_code"]) for row in company] == [("GBP", "GB")]
