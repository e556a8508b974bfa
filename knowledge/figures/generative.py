"""Diagrams of generative models: latent diffusion, GAN, VAE."""

from style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    LBLUE,
    LGREEN,
    LORANGE,
    LPURPLE,
    LRED,
    LYELLOW,
    ORANGE,
    PALE,
    VERMILION,
    WHITE,
    Sketch,
    figure,
)


@figure("latent-diffusion")
def latent_diffusion() -> str:
    """Stable Diffusion removes noise in a small latent, steered by text, and decodes only once."""
    s = Sketch(360)
    s.box(20, 40, 130, 52, "prompt\n“a red house”", PALE)
    s.arrow((85, 92), (85, 120))
    s.box(20, 122, 130, 52, "text encoder\n77 × 768", LPURPLE)
    s.box(20, 236, 130, 52, "random latent\n64 × 64 × 4", LYELLOW)
    s.arrow((150, 262), (204, 262))
    s.box(206, 214, 170, 96, "U-Net predicts\nthe noise, the\nsampler removes\na part of it", LBLUE)
    s.arrow((150, 148), (250, 148), (250, 212), stroke=VERMILION, line=2.5)
    s.text(262, 140, "cross-attention", 14, "start", VERMILION, True)
    s.path("M340 214C340 160 430 160 430 214C430 240 410 246 392 246", ORANGE, 3)
    s.arrow((396, 246), (378, 246), stroke=ORANGE, line=3, head=11)
    s.text(424, 176, "20 to 50 times", 14, "start", INK, True)
    s.arrow((376, 280), (452, 280))
    s.box(454, 240, 76, 76, "VAE\ndecoder", LGREEN)
    s.arrow((530, 280), (552, 280))
    s.box(554, 240, 74, 76, "image\n512×512\n× 3", PALE, size=13)
    s.text(320, 340, "786,432 pixel values become 16,384 latent values: 48 times fewer", 14, bold=True)
    s.text(380, 50, "Stable Diffusion 1.5", 16, bold=True)
    return s.svg()


@figure("gan-training")
def gan() -> str:
    """The generator learns from the gradient of a discriminator that learns to tell real from made."""
    s = Sketch(330)
    s.box(20, 180, 96, 52, "noise z", PALE)
    s.arrow((116, 206), (150, 206))
    s.box(152, 172, 116, 68, "generator", LORANGE, bold=True)
    s.arrow((268, 206), (300, 206))
    s.box(302, 180, 90, 52, "made\npicture", LRED)
    s.box(302, 66, 90, 52, "real\npicture", LGREEN)
    s.arrow((392, 92), (430, 130))
    s.arrow((392, 206), (430, 168))
    s.box(432, 114, 120, 68, "discriminator", LBLUE, bold=True, size=13.5)
    s.arrow((552, 148), (578, 148))
    s.text(604, 148, "real?\n0 … 1", 14)
    s.arrow((492, 184), (492, 272), (210, 272), (210, 242), stroke=VERMILION, dash=True, line=2.5)
    s.text(352, 292, "generator’s gradient: make the answer “real”", 14, color=VERMILION, bold=True)
    s.arrow((520, 114), (520, 60), (470, 60), (470, 112), stroke=BLUE, dash=True, line=2.5)
    s.text(494, 40, "its own: tell them apart", 14, color=BLUE, bold=True)
    return s.svg()


@figure("vae-reparameterization")
def reparameterization() -> str:
    """Noise comes in from the side, so that gradients reach the mean and the spread."""
    s = Sketch(330)
    s.box(16, 128, 60, 48, "x", LBLUE)
    s.arrow((76, 152), (98, 152))
    s.box(100, 118, 92, 68, "encoder", LGREEN)
    s.arrow((192, 136), (226, 104))
    s.arrow((192, 168), (226, 200))
    s.box(228, 78, 76, 46, "μ", LORANGE, size=17)
    s.box(228, 180, 76, 46, "σ", LORANGE, size=17)
    s.arrow((304, 203), (347, 203))
    s.circle(362, 203, 14, "×", WHITE, INK, 18, bold=True)
    s.box(306, 262, 112, 42, "ε from N(0, 1)", PALE)
    s.arrow((362, 262), (362, 218))
    s.arrow((362, 189), (362, 117))
    s.arrow((304, 101), (347, 101))
    s.circle(362, 101, 14, "+", WHITE, INK, 18, bold=True)
    s.arrow((376, 101), (418, 140))
    s.box(420, 128, 50, 48, "z", LORANGE, size=16)
    s.arrow((470, 152), (490, 152))
    s.box(492, 118, 84, 68, "decoder", LGREEN)
    s.arrow((576, 152), (596, 152))
    s.text(614, 152, "x′", 17, bold=True)
    s.arrow((534, 112), (534, 48), (266, 48), (266, 74), stroke=VERMILION, dash=True, line=2.5)
    s.text(400, 30, "gradient flows through + and ×", 14, color=VERMILION, bold=True)
    s.text(436, 283, "z = μ + σ·ε: no gradient\nis needed for ε", 14, "start", GREY)
    return s.svg()


@figure("two-tower-recommender")
def towers() -> str:
    """Two towers embed users and items apart, so that items are embedded once and searched fast."""
    s = Sketch(300)
    for y, name, fill, made in (
        (44, "user: history,\nage, country", LBLUE, "user vector\n128"),
        (176, "item: title,\ntext, price", LORANGE, "item vector\n128"),
    ):
        s.box(20, y, 140, 62, name, PALE)
        s.arrow((160, y + 31), (190, y + 31))
        s.path(f"M192 {y - 14}L320 {y + 6}V{y + 56}L192 {y + 76}Z", GREY, 1.5, fill)
        s.text(254, y + 31, "user tower" if y < 100 else "item tower", 14)
        s.arrow((320, y + 31), (350, y + 31))
        s.box(352, y, 108, 62, made, fill)
        s.arrow((460, y + 31), (508, 126 if y < 100 else 156))
    s.circle(532, 141, 26, "·", LGREEN, GREEN, 26, bold=True)
    s.text(532, 190, "dot product\n= score", 14)
    s.text(320, 276, "Item vectors are stored in an index; only the user tower runs live.", 14)
    return s.svg()
