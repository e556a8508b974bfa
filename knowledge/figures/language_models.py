"""Diagrams of how language models are trained, tuned and used as agents."""

from style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    LBLUE,
    LGREEN,
    LORANGE,
    PALE,
    VERMILION,
    WHITE,
    Sketch,
    figure,
)


@figure("pretraining-sft-rl")
def stages() -> str:
    """A chat model is made in three stages, with ever less data and ever more choice."""
    s = Sketch(330)
    rows = (
        (
            "1. Pretraining",
            "trillions of tokens\nof web, books, code",
            "predict the\nnext token",
            "base model:\ncontinues text",
            LBLUE,
        ),
        (
            "2. Supervised\nfine-tuning",
            "thousands to millions\nof good answers",
            "imitate\nthe answers",
            "instruct model:\nfollows requests",
            LGREEN,
        ),
        (
            "3. Preferences\nand RL",
            "comparisons, or tasks\nwith checkable results",
            "raise the\nreward",
            "chat or reasoning\nmodel",
            LORANGE,
        ),
    )
    for x, words in ((76, "stage"), (240, "data"), (404, "goal"), (550, "result")):
        s.text(x, 26, words, 15, bold=True)
    for i, (name, data, goal, result, fill) in enumerate(rows):
        y = 52 + i * 92
        s.text(14, y + 32, name, 14.5, "start", INK, True)
        s.box(152, y, 178, 64, data, fill)
        s.arrow((330, y + 32), (350, y + 32))
        s.box(352, y, 106, 64, goal, WHITE)
        s.arrow((458, y + 32), (478, y + 32))
        s.box(480, y, 146, 64, result, fill)
        if i < 2:
            s.arrow((553, y + 64), (553, y + 90), stroke=BLUE, line=3)
    return s.svg()


@figure("lora-low-rank-update")
def lora() -> str:
    """LoRA freezes a large matrix and trains two thin ones beside it."""
    s = Sketch(340)
    s.text(50, 160, "x\n4,096", 15, bold=True)
    s.arrow((80, 150), (148, 110))
    s.arrow((80, 172), (148, 236))
    s.box(150, 34, 190, 150, "W, frozen\n4,096 × 4,096\n\n16,777,216\nweights", PALE, size=15)
    s.box(150, 206, 190, 30, "", LORANGE)
    s.text(245, 221, "A: 16 × 4,096", 14)
    s.arrow((245, 236), (245, 262), line=2)
    s.box(150, 264, 190, 30, "B: 4,096 × 16", LORANGE)
    s.text(245, 312, "trained: 131,072 weights (0.78%)", 14, color=VERMILION, bold=True)
    s.arrow((340, 110), (428, 150))
    s.arrow((340, 279), (428, 176))
    s.text(410, 248, "× α/r", 14, "start")
    s.circle(444, 162, 17, "+", WHITE, INK, 20, bold=True)
    s.arrow((461, 162), (492, 162))
    s.text(560, 162, "W x + (α/r) B A x", 14)
    s.text(526, 70, "after training:\nW + (α/r) B A is one\nmatrix, no slower", 14)
    return s.svg()


@figure("ppo-dpo-grpo")
def preferences() -> str:
    """PPO needs four models, DPO two and pairs only, GRPO replaces the critic by the group's mean."""
    s = Sketch(400)
    columns = (
        (
            "PPO",
            (
                "prompt",
                "policy writes\nan answer",
                "reward model\nscores it",
                "critic guesses\nthe score",
                "advantage =\nscore − guess",
            ),
            "4 models: policy,\nreference, reward, critic",
        ),
        (
            "DPO",
            ("prompt with a\ngood and a bad\nanswer", "policy and\nreference rate\nboth", "loss raises\ngood over bad"),
            "2 models, no sampling:\na fixed data set",
        ),
        (
            "GRPO",
            (
                "prompt",
                "policy writes a\ngroup of 8",
                "checker or\nreward model\nscores all",
                "advantage =\n(score − mean)\n/ spread",
            ),
            "2 or 3 models: policy,\nreference, (reward)",
        ),
    )
    for i, (name, steps, under) in enumerate(columns):
        x, fill = 18 + i * 208, (LBLUE, LGREEN, LORANGE)[i]
        s.text(x + 94, 26, name, 17, bold=True)
        high = (290 - 22 * (len(steps) - 1)) / len(steps)
        for j, step in enumerate(steps):
            y = 48 + j * (high + 22)
            s.box(x + 14, y, 160, high, step, fill, size=13.5)
            if j:
                s.arrow((x + 94, y - 22), (x + 94, y - 1))
        s.text(x + 94, 366, under, 13.5, bold=False)
    return s.svg()


@figure("agent-loop")
def agent() -> str:
    """An agent is a language model in a loop: it asks for a tool, reads the result, and goes on until done."""
    s = Sketch(330)
    s.box(20, 120, 110, 64, "task and\ntools", PALE)
    s.arrow((130, 152), (172, 152))
    s.box(174, 110, 150, 84, "language\nmodel thinks", LBLUE, size=15, bold=True)
    s.arrow((324, 130), (438, 130), stroke=VERMILION, line=2.5)
    s.text(381, 112, "tool call", 14, color=VERMILION, bold=True)
    s.box(440, 100, 180, 104, "program runs it:\nsearch, code,\nfiles, browser", LGREEN, size=14.5)
    s.arrow((530, 204), (530, 262), (249, 262), (249, 196), stroke=GREEN, line=2.5)
    s.text(390, 282, "result is added to the context", 14, color=GREEN, bold=True)
    s.arrow((249, 110), (249, 66))
    s.box(184, 22, 130, 44, "answer, if done", LORANGE)
    s.text(330, 44, "limits: steps, time, cost, permissions", 14, "start", GREY)
    return s.svg()
