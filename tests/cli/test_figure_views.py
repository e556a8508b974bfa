"""Figures on the command line: a line below the lead, and a key of their own in JSON where there are some."""

from dataclasses import replace

from fakes import hit

from assistant.cli.json_views import hit_view
from assistant.cli.text_views import print_figure
from assistant.core.records import Figure

FIGURE = Figure("figures/x.svg", "What it shows", "Dropout in training.", 12)


def test_json_names_figures_only_where_there_are_some():
    plain = hit("Text.")
    shown = replace(plain, passage=replace(plain.passage, figures=(FIGURE,)))
    added = {"figures": [{"path": "figures/x.svg", "alt": "What it shows", "caption": "Dropout in training."}]}
    assert "figures" not in hit_view(plain) and hit_view(shown) == {**hit_view(plain), **added}


def test_a_figure_is_a_line_with_its_caption_and_its_file(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    print_figure(FIGURE, tmp_path / "knowledge")
    print_figure(replace(FIGURE, caption=""), tmp_path.parent)
    assert capsys.readouterr().out.splitlines() == [
        "Figure: Dropout in training. (knowledge/figures/x.svg)",
        f"Figure: What it shows ({tmp_path.parent}/figures/x.svg)",
    ]
