"""DELG in PyTorch, written from its definition: what Delg.Model is held against.

    reference.py check            exit 0 if what this file needs can be imported
    reference.py run FOLDER       for each FOLDER/NAME.case.json, write NAME.out.safetensors

Everything is computed in double precision, so that a difference is the other side's.
"""
import json
import math
import pathlib
import struct
import sys

import numpy
import torch
import torch.nn.functional as F
import torchvision
from PIL import Image


# ---- safetensors: length of the header, JSON, data ----

TYPES = {"F32": numpy.float32, "U8": numpy.uint8, "I64": numpy.int64}


def read_tensors(path):
    raw = pathlib.Path(path).read_bytes()
    (length,) = struct.unpack("<Q", raw[:8])
    header, data = json.loads(raw[8:8 + length]), raw[8 + length:]
    header.pop("__metadata__", None)
    return {
        name: torch.from_numpy(numpy.frombuffer(data[slice(*t["data_offsets"])], TYPES[t["dtype"]]).reshape(t["shape"]).copy())
        for name, t in header.items()
    }


def write_tensors(path, tensors):
    header, data = {}, b""
    for name, tensor in tensors.items():
        part = tensor.detach().to(torch.float32).contiguous().numpy().tobytes()
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + len(part)]}
        data += part
    text = json.dumps(header).encode()
    pathlib.Path(path).write_bytes(struct.pack("<Q", len(text)) + text + data)


# ---- the network ----

def same(side, kernel, stride):
    """TensorFlow's SAME padding of one axis: before, after."""
    total = max((math.ceil(side / stride) - 1) * stride + kernel - side, 0)
    return total // 2, total - total // 2


def pad_same(x, kernel, stride, value):
    top, bottom = same(x.shape[2], kernel, stride)
    left, right = same(x.shape[3], kernel, stride)
    return F.pad(x, (left, right, top, bottom), value=value)


class Network:
    def __init__(self, layout, weights):
        self.layout = layout
        self.w = {name: tensor.double() for name, tensor in weights.items() if tensor.is_floating_point()}

    def conv(self, x, name, stride=1, padding=0):
        return F.conv2d(x, self.w[name + ".weight"], self.w.get(name + ".bias"), stride=stride, padding=padding)

    def norm(self, x, name):
        mean, var, gamma, beta = (self.w[f"{name}.{leaf}"].view(1, -1, 1, 1) for leaf in ("running_mean", "running_var", "weight", "bias"))
        return (x - mean) / torch.sqrt(var + self.layout["batch_norm_epsilon"]) * gamma + beta

    def normalize(self, pixels):
        """height, width, 3 (RGB, 0 to 255) to 1, 3, height, width."""
        rule = self.layout["normalization"]
        if rule["order"] == "Bgr":
            pixels = pixels[:, :, [2, 1, 0]]
        mean, deviation = ([rule[key][c] for c in ("first", "second", "third")] for key in ("mean", "deviation"))
        pixels = (pixels - torch.tensor(mean, dtype=torch.float64)) / torch.tensor(deviation, dtype=torch.float64)
        return pixels.permute(2, 0, 1)[None]

    def unit(self, x, name, stride):
        at_entry = stride if self.layout["stride"] == "First1x1" else 1
        y = torch.relu(self.norm(self.conv(x, name + ".conv1", at_entry), name + ".bn1"))
        y = torch.relu(self.norm(self.conv(y, name + ".conv2", stride // at_entry, 1), name + ".bn2"))
        y = self.norm(self.conv(y, name + ".conv3"), name + ".bn3")
        if name + ".downsample.0.weight" in self.w:
            x = self.norm(self.conv(x, name + ".downsample.0", stride), name + ".downsample.1")
        elif stride > 1:
            x = F.max_pool2d(x, 1, stride)
        return torch.relu(x + y)

    def stage(self, x, number, stride):
        units = self.layout["units"][f"conv{number + 1}"]
        strided = units - 1 if self.layout["stride"] == "LastUnit" else 0
        for i in range(units):
            x = self.unit(x, f"trunk.layer{number}.{i}", stride if i == strided else 1)
        return x

    def trunk(self, x):
        if self.layout["stem_padding"] == "TensorFlowSame":
            x = self.conv(pad_same(x, 7, 2, 0.0), "trunk.conv1", 2)
        else:
            x = self.conv(x, "trunk.conv1", 2, 3)
        x = torch.relu(self.norm(x, "trunk.bn1"))
        if self.layout["max_pool_padding"] == "TensorFlowSame":
            x = F.max_pool2d(pad_same(x, 3, 2, -math.inf), 3, 2)
        else:
            x = F.max_pool2d(x, 3, 2, padding=1 if self.layout["max_pool_padding"] == "One" else 0)
        # slim puts each block's stride at its end, so that block 1 has one and block 4 has none.
        strides = (2, 2, 2, 1) if self.layout["stride"] == "LastUnit" else (1, 2, 2, 1 if self.layout["subsample_conv4"] else 2)
        for number in (1, 2, 3):
            x = self.stage(x, number, strides[number - 1])
        if self.layout["subsample_conv4"] and self.layout["stride"] != "LastUnit":
            x = F.max_pool2d(x, 1, 2)
        return x, self.stage(x, 4, strides[3])

    def pool(self, deep):
        p = self.layout["gem_power"]
        return deep.clamp(min=self.layout["gem_epsilon"]).pow(p).mean(dim=(2, 3)).pow(1 / p)

    def whiten(self, pooled):
        return pooled @ self.w["global.whitening.weight"].T + self.w["global.whitening.bias"]

    def hidden(self, shallow):
        return self.norm(self.conv(shallow, "local.attention.conv1"), "local.attention.bn")

    def attention(self, shallow):
        score = self.conv(torch.relu(self.hidden(shallow)), "local.attention.conv2")
        return torch.log1p(torch.exp(-score.abs())) + score.clamp(min=0)

    def encode(self, shallow):
        if self.layout["local_descriptor"] == "Autoencoder":
            return self.conv(shallow, "local.autoencoder.encoder")
        return self.hidden(shallow)

    def describe(self, shallow):
        """Unit-length local descriptors of a map."""
        code = self.encode(shallow)
        code = code / code.norm(dim=1, keepdim=True)
        if self.layout["local_descriptor"] == "AttentionHidden":
            code = code * self.attention(shallow)
            code = code / code.norm(dim=1, keepdim=True)
        return code

    def decode(self, code):
        return torch.relu(self.conv(code, "local.autoencoder.decoder"))

    @property
    def stride(self):
        return 32 if self.layout["stride"] == "LastUnit" or self.layout["subsample_conv4"] else 16


def activations(case, tensors, picture):
    network = Network(case["manifest"]["layout"], tensors)
    x = network.normalize(picture.double())
    shallow, deep = network.trunk(x)
    code = network.encode(shallow)
    pooled = network.pool(deep)
    out = {"input": x, "shallow": shallow, "deep": deep, "pooled": pooled, "global": network.whiten(pooled), "attention": network.attention(shallow), "code": code}
    if "local.autoencoder.decoder.weight" in network.w:
        out["decoded"] = network.decode(code)
    return out


# ---- extraction, step by step as the authors published it ----

def bilinear(x, height, width):
    """Half-pixel centres, no antialiasing, edges repeated."""
    def axis(size, old):
        centre = (torch.arange(size, dtype=torch.float64) + 0.5) * old / size - 0.5
        low = torch.floor(centre)
        return low.clamp(0, old - 1).long(), (low + 1).clamp(0, old - 1).long(), centre - low
    y0, y1, fy = axis(height, x.shape[2])
    x0, x1, fx = axis(width, x.shape[3])
    rows = x[:, :, y0] * (1 - fy)[:, None] + x[:, :, y1] * fy[:, None]
    return rows[:, :, :, x0] * (1 - fx) + rows[:, :, :, x1] * fx


def extract(case, tensors, picture):
    manifest = case["manifest"]
    network = Network(manifest["layout"], tensors)
    image = Image.fromarray(picture.numpy(), "RGB")

    # 2. A query is cropped; 3. the larger side is limited, in proportion to the crop's share of it.
    original = max(image.size)
    left, top = 0, 0
    if case.get("box"):
        left, top, right, bottom = (round(v) for v in case["box"])
        image = image.crop((left, top, right, bottom))
    width, height = image.size
    limit = max(width, height) / original * manifest["max_image_size_pixels"]
    factor = limit / max(width, height) if max(width, height) > limit else 1.0
    new_width, new_height = round(width * factor), round(height * factor)
    image = image.resize((new_width, new_height), Image.BILINEAR)
    scale_factors = new_height / height, new_width / width

    # 4. Too small; 5. normalise.
    assert min(new_width, new_height) >= manifest["min_side_pixels"]
    x = network.normalize(torch.from_numpy(numpy.array(image)).double())

    features, total = [], 0
    for index, scale in enumerate(manifest["scales"]):
        # 5, 6. Sides in single precision, rounded half to even.
        sides = [int(numpy.round(numpy.float32(side) * numpy.float32(scale))) for side in (new_height, new_width)]
        shallow, deep = network.trunk(bilinear(x, *sides))
        if index in manifest["global_scale_indices"]:
            vector = network.whiten(network.pool(deep))[0]
            total = total + vector / vector.norm()
        # 7. Boxes' centres lie at stride times the position.
        scores, descriptors = network.attention(shallow)[0, 0], network.describe(shallow)[0]
        for i in range(scores.shape[0]):
            for j in range(scores.shape[1]):
                if scores[i, j] >= manifest["attention_threshold"]:
                    y, xx = network.stride * i / scale / scale_factors[0], network.stride * j / scale / scale_factors[1]
                    features.append((float(scores[i, j]), left + xx, top + y, 1 / scale, descriptors[:, i, j]))
    # 8. No suppression at an overlap of 1; the highest scores.
    features.sort(key=lambda f: -f[0])
    features = features[:manifest["max_local_features"]]
    return {
        "global": total / total.norm(),
        "keypoints": torch.tensor([[f[1], f[2]] for f in features]),
        "scales": torch.tensor([f[3] for f in features]),
        "scores": torch.tensor([f[0] for f in features], dtype=torch.float64),
        "descriptors": torch.stack([f[4] for f in features]),
    }


# ---- files that PyTorch itself writes ----

def feymanpriv_name(name):
    """Ours to the names of that code's modules."""
    parts = name.split(".")
    leaf = parts[-1]
    heads = {
        "global.whitening": "globalmodel.head.fc",
        "local.attention.conv1": "localmodel.conv1",
        "local.attention.bn": "localmodel.bn",
        "local.attention.conv2": "localmodel.conv2",
        "trunk.conv1": "globalmodel.stem.conv",
        "trunk.bn1": "globalmodel.stem.bn",
    }
    if ".".join(parts[:-1]) in heads:
        return f"{heads['.'.join(parts[:-1])]}.{leaf}"
    block = f"globalmodel.s{parts[1][-1]}.b{int(parts[2]) + 1}"
    if parts[3] == "downsample":
        return f"{block}.{['proj', 'bn'][int(parts[4])]}.{leaf}"
    letter = "abc"[int(parts[3][-1]) - 1]
    return f"{block}.f.{letter}{'_bn' if parts[3].startswith('bn') else ''}.{leaf}"


def save_feymanpriv(case, tensors, folder, name):
    state = {}
    for ours, tensor in tensors.items():
        theirs = feymanpriv_name(ours)
        state[theirs] = tensor
        if theirs.endswith("running_var"):
            state[theirs.replace("running_var", "num_batches_tracked")] = torch.tensor(7)
    state["globalmodel.head.pool.p"] = torch.tensor([case["manifest"]["layout"]["gem_power"]])
    state["desc_cls.weight"] = torch.rand(5, 3)
    state["att_cls.fc.bias"] = torch.rand(5)
    parameter = torch.nn.Parameter(torch.rand(3))
    optimizer = torch.optim.SGD([parameter], lr=0.1, momentum=0.9)
    parameter.sum().backward()
    optimizer.step()
    checkpoint = {"epoch": 99, "model_state": state, "optimizer_state": optimizer.state_dict(), "cfg": "MODEL:\n  DEPTH: 50\n"}
    torch.save(checkpoint, folder / f"{name}.pyth")
    torch.save(checkpoint, folder / f"{name}.legacy.pyth", _use_new_zipfile_serialization=False)
    return {}


def save_torchvision(case, picture, folder, name):
    torch.manual_seed(3)
    model = torchvision.models.resnet50(weights=None)
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 1.5)
            module.weight.data.uniform_(0.5, 1.5)
            module.bias.data.normal_(0, 0.1)
    model.eval()
    torch.save(model.state_dict(), folder / f"{name}.pth")
    network = Network(case["manifest"]["layout"], {})
    maps = {}
    model.layer3.register_forward_hook(lambda module, inputs, output: maps.update(shallow=output))
    model.layer4.register_forward_hook(lambda module, inputs, output: maps.update(deep=output))
    x = network.normalize(picture.double())
    model.double()(x)
    return {"input": x, **maps}


def save_plain(case, tensors, folder, name):
    """The ways a state dictionary comes: parameters, turned views, other types, parallel wrappers."""
    odd = {}
    for i, (key, tensor) in enumerate(tensors.items()):
        if tensor.dim() == 4:
            tensor = tensor.to(memory_format=torch.channels_last)
        elif tensor.dim() == 2:
            tensor = tensor.T.contiguous().T
        odd[f"module.{key}"] = torch.nn.Parameter(tensor) if i % 2 else tensor
    torch.save({"state_dict": odd}, folder / f"{name}.pth", pickle_protocol=case["protocol"])
    return {}


def run(folder):
    torch.set_num_threads(1)
    for path in sorted(folder.glob("*.case.json")):
        case, name = json.loads(path.read_text()), path.name[:-len(".case.json")]
        tensors = read_tensors(folder / f"{name}.safetensors")
        picture = tensors.pop("picture", None)
        with torch.no_grad():
            if case["kind"] == "activations":
                out = activations(case, tensors, picture)
            elif case["kind"] == "extraction":
                out = extract(case, tensors, picture)
            elif case["kind"] == "torchvision":
                out = save_torchvision(case, picture, folder, name)
            elif case["kind"] == "plain":
                out = save_plain(case, tensors, folder, name)
        if case["kind"] == "feymanpriv":
            out = save_feymanpriv(case, tensors, folder, name)
        write_tensors(folder / f"{name}.out.safetensors", out)


if sys.argv[1:2] == ["run"]:
    run(pathlib.Path(sys.argv[2]))
elif sys.argv[1:] != ["check"]:
    sys.exit(__doc__)
