"""Small generative models trained on the spot: diffusion, flow matching, VAE, GAN."""

import numpy as np
import torch
from loss_curves import digits
from style import BLUE, GREEN, GREY, VERMILION, Sketch, bare, dots, figure, note, plot, svg_of
from torch import nn


def _rings(count: int) -> torch.Tensor:
    """Points on two half moons, centred and scaled to about unit spread."""
    angle = torch.rand(count) * np.pi
    upper = torch.rand(count) < 0.5
    x = torch.where(upper, torch.cos(angle), 1 - torch.cos(angle)) - 0.5
    y = torch.where(upper, torch.sin(angle), 0.5 - torch.sin(angle)) - 0.25
    return torch.stack([x, y], 1) * 1.4 + 0.05 * torch.randn(count, 2)


class _Field(nn.Module):
    """A network that takes points and a time and gives back a vector at each point."""

    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(10, 96), nn.SiLU(), nn.Linear(96, 96), nn.SiLU(), nn.Linear(96, 96), nn.SiLU(), nn.Linear(96, 2)
        )

    def forward(self, x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        """The vectors at points x (n, 2) for times t (n,) between 0 and 1."""
        waves = [f(t[:, None] * k * np.pi) for k in (0.5, 1, 2, 4) for f in (torch.sin, torch.cos)]
        return self.net(torch.cat([x, *waves], 1))


@figure("diffusion-reverse-process")
def reverse() -> str:
    """From pure noise a trained network takes the noise away step by step until two moons stand there."""
    steps = 100
    kept = torch.cumprod(1 - torch.linspace(1e-3, 0.08, steps), 0)
    model = _Field()
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    for i in range(2500):
        optimizer.param_groups[0]["lr"] = 2e-3 * (1 - i / 2500) + 1e-5
        x0, t = _rings(256), torch.randint(0, steps, (256,))
        noise = torch.randn_like(x0)
        xt = kept[t].sqrt()[:, None] * x0 + (1 - kept[t]).sqrt()[:, None] * noise
        loss = ((model(xt, t / steps) - noise) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    x, shown = torch.randn(160, 2), {}
    shown[steps] = x
    with torch.no_grad():
        for t in range(steps - 1, -1, -1):
            before = kept[t - 1] if t else torch.tensor(1.0)
            alpha = kept[t] / before
            guess = model(x, torch.full((160,), t / steps))
            x = (x - (1 - alpha) / (1 - kept[t]).sqrt() * guess) / alpha.sqrt()
            if t:
                x = x + ((1 - alpha) * (1 - before) / (1 - kept[t])).sqrt() * torch.randn_like(x)
            shown[t] = x
    fig, axes = plot(190, 1, 4)
    for ax, t in zip(axes, (100, 30, 10, 0), strict=True):
        dots(ax, shown[t][:, 0], shown[t][:, 1], BLUE, 3.5)
        ax.set(
            title=f"t = {t}" + {100: ": noise", 0: ": data"}.get(t, ""),
            xlim=(-2.4, 2.4),
            ylim=(-2.2, 2.2),
            aspect="equal",
        )
        bare(ax)
    return svg_of(fig)


@figure("diffusion-noise-schedules")
def noise_schedules() -> str:
    """The linear schedule destroys the picture early, the cosine schedule evenly."""
    t = np.arange(0, 1001, 10)
    linear = np.concatenate([[1], np.cumprod(1 - np.linspace(1e-4, 0.02, 1000))])[t]
    cosine = np.cos((t / 1000 + 0.008) / 1.008 * np.pi / 2) ** 2 / np.cos(0.008 / 1.008 * np.pi / 2) ** 2
    fig, ax = plot(330)
    ax.plot(t, linear, color=VERMILION, ls="--")
    ax.plot(t, cosine, color=BLUE)
    note(ax, 560, 0.6, "cosine", BLUE)
    note(ax, 240, 0.42, "linear", VERMILION, ha="right")
    half = [int(t[np.argmax(curve < 0.5)]) for curve in (linear, cosine)]
    ax.axhline(0.5, color=GREY, lw=1, ls=":")
    note(
        ax,
        1000,
        0.9,
        f"half of the variance is noise\nat t = {half[0]} and t = {half[1]}",
        weight="normal",
        ha="right",
        va="center",
    )
    ax.set(xlabel="step t of 1,000", ylabel="ᾱ: share of the image in the variance", ylim=(0, 1.02), xlim=(0, 1000))
    return svg_of(fig)


@figure("flow-matching-paths")
def flow() -> str:
    """Training pairs are joined by straight lines that cross; the learned flow cannot cross and bends."""
    model = _Field()
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    centres = torch.tensor([[3.0, 1.5], [3.0, -1.5]])

    def pairs(count: int) -> tuple[torch.Tensor, torch.Tensor]:
        start = torch.randn(count, 2).clamp(-2, 2) * torch.tensor([0.3, 1.0]) + torch.tensor([-3.0, 0])
        return start, centres[torch.randint(0, 2, (count,))] + 0.15 * torch.randn(count, 2)

    for i in range(1500):
        optimizer.param_groups[0]["lr"] = 3e-3 * (1 - i / 1500) + 1e-5
        a, b = pairs(256)
        t = torch.rand(256)
        loss = ((model(a + t[:, None] * (b - a), t) - (b - a)) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    fig, axes = plot(300, 1, 2, sharey=True)
    a, b = pairs(26)
    for p, q in zip(a, b, strict=True):
        axes[0].plot([p[0], q[0]], [p[1], q[1]], color="#7FB3D9", lw=1.2)
    path = [a]
    with torch.no_grad():
        for k in range(40):
            path.append(path[-1] + model(path[-1], torch.full((26,), k / 40)) / 40)
    track = torch.stack(path).numpy()
    for i in range(26):
        axes[1].plot(track[::4, i, 0], track[::4, i, 1], color="#7FB3D9", lw=1.2)
    for ax, end, title in (
        (axes[0], b, "training pairs: straight, crossing"),
        (axes[1], track[-1], "learned flow: no crossing"),
    ):
        ax.plot(a[:, 0], a[:, 1], "o", color=GREY, ms=5)
        ax.plot(end[:, 0], end[:, 1], "o", color=VERMILION, ms=5)
        ax.set(title=title, ylim=(-2.8, 2.8))
        bare(ax)
    note(axes[0], -3.5, -2.65, "noise", GREY)
    note(axes[0], 3.3, -2.65, "data", VERMILION, ha="right")
    return svg_of(fig)


@figure("vae-latent-grid")
def vae() -> str:
    """Walking through the two latent numbers of a VAE turns one digit into another without a break."""
    x = torch.cat([digits()[0], digits()[2]])
    encoder = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 4))
    decoder = nn.Sequential(nn.Linear(2, 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU(), nn.Linear(128, 64))
    optimizer = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()], lr=2e-3)
    for _ in range(2000):
        batch = x[torch.randint(0, len(x), (128,))]
        mean, logvar = encoder(batch).chunk(2, 1)
        z = mean + torch.exp(logvar / 2) * torch.randn_like(mean)
        rebuilt = nn.functional.binary_cross_entropy_with_logits(decoder(z), batch, reduction="sum") / 128
        kl = 0.5 * (mean**2 + logvar.exp() - 1 - logvar).sum(1).mean()
        optimizer.zero_grad()
        (rebuilt + 0.3 * kl).backward()
        optimizer.step()
    count = 12
    line = torch.distributions.Normal(0, 1).icdf(torch.linspace(0.03, 0.97, count))
    z = torch.stack([line.repeat(count), line.flip(0).repeat_interleave(count)], 1)
    with torch.no_grad():
        pictures = torch.sigmoid(decoder(z)).reshape(count, count, 8, 8)
    pictures = nn.functional.pad(pictures, (0, 2, 0, 2)).permute(0, 2, 1, 3).reshape(10 * count, 10 * count)
    s = Sketch(440)
    s.image(130, 16, 380, 380, 255 - (pictures * 255).round().byte().numpy())
    s.arrow((130, 410), (510, 410))
    s.text(320, 425, "latent number 1, from −1.9 to 1.9", 13)
    s.arrow((116, 396), (116, 16))
    s.text(60, 206, "latent\nnumber 2", 13)
    return s.svg()


@figure("gan-mode-collapse")
def collapse() -> str:
    """A GAN that collapses makes a few of eight clusters only; a better balance covers all."""
    angle = torch.arange(8) * np.pi / 4
    centres = 2 * torch.stack([angle.cos(), angle.sin()], 1)

    def train(maker_rate: float, judge_rate: float, seed: int) -> torch.Tensor:
        torch.manual_seed(seed)
        maker = nn.Sequential(nn.Linear(2, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 2))
        judge = nn.Sequential(nn.Linear(2, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 1))
        first = torch.optim.Adam(maker.parameters(), lr=maker_rate, betas=(0.5, 0.9))
        second = torch.optim.Adam(judge.parameters(), lr=judge_rate, betas=(0.5, 0.9))
        bce = nn.functional.binary_cross_entropy_with_logits
        ones, zeros = torch.ones(128, 1), torch.zeros(128, 1)
        for _ in range(1500):
            real = centres[torch.randint(0, 8, (128,))] + 0.05 * torch.randn(128, 2)
            fake = maker(torch.randn(128, 2))
            loss = bce(judge(real), ones) + bce(judge(fake.detach()), zeros)
            second.zero_grad()
            loss.backward()
            second.step()
            loss = bce(judge(fake), ones)
            first.zero_grad()
            loss.backward()
            first.step()
        with torch.no_grad():
            return maker(torch.randn(250, 2))

    real = centres[torch.randint(0, 8, (250,))] + 0.05 * torch.randn(250, 2)
    fig, axes = plot(260, 1, 3)
    runs = (
        (real, "real data", GREEN),
        (train(1e-3, 2e-4, 1), "slow discriminator", VERMILION),
        (train(1e-3, 1e-3, 1), "equal rates", BLUE),
    )
    for ax, (points, title, color) in zip(axes, runs, strict=True):
        near = torch.cdist(points, centres).min(1)
        counts = torch.bincount(near.indices[near.values < 0.5], minlength=8)
        found = int((counts >= 8).sum())
        dots(ax, points[:, 0], points[:, 1], color)
        ax.set(title=f"{title}\n{found} of 8 clusters", xlim=(-3, 3), ylim=(-3, 3), aspect="equal")
        bare(ax)
    return svg_of(fig)
