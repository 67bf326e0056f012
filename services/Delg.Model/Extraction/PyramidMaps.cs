using static TorchSharp.torch;

namespace Delg.Model.Extraction;

/// <summary>The shallow maps and attention scores of a batch, scale after scale.</summary>
/// <param name="scales">Scales of the pyramid.</param>
internal sealed class PyramidMaps(int scales)
{
    private readonly Tensor?[] _shallow = new Tensor?[scales];
    private readonly List<Tensor> _attention = [];
    private readonly int[] _firstPosition = new int[scales + 1];

    /// <summary>Positions of one picture over all scales.</summary>
    public int Positions => _firstPosition[^1];

    /// <summary>Keeps one scale's maps; scales come in ascending order, and some may never come.</summary>
    /// <param name="scale">Index of the scale.</param>
    /// <param name="shallow">N×C×h×w, channels last.</param>
    /// <param name="attention">N×1×h×w.</param>
    public void Add(int scale, Tensor shallow, Tensor attention)
    {
        _shallow[scale] = shallow;
        _attention.Add(attention);
        Array.Fill(_firstPosition, Positions + (int)(shallow.shape[2] * shallow.shape[3]), scale + 1, scales - scale);
    }

    /// <summary>The scores of all positions, picture after picture, <see cref="Positions"/> each: scale after scale, row after row.</summary>
    public Tensor Scores() => cat([.. _attention.Select(map => map.flatten(1))], dim: 1);

    /// <summary>Which scale a position lies at, and its row and column there.</summary>
    public (int Scale, int Row, int Column) Locate(int position)
    {
        int scale = 0;
        while (_firstPosition[scale + 1] <= position)
            scale++;
        int columns = (int)_shallow[scale]!.shape[3], index = position - _firstPosition[scale];
        return (scale, index / columns, index % columns);
    }

    /// <summary>The shallow map's vectors at chosen positions: one row each, picture after picture, in the order of the positions.</summary>
    /// <param name="selected">Positions of each picture of the batch; at least one in all.</param>
    public Tensor Gather(IReadOnlyList<AttentionSelection.Position[]> selected)
    {
        var indices = new List<long>[scales];
        var gathered = new List<Tensor>();
        var order = new List<(int Scale, int Rank)>();
        for (int picture = 0; picture < selected.Count; picture++)
        {
            foreach ((int position, _) in selected[picture])
            {
                int scale = Locate(position).Scale;
                long positions = _firstPosition[scale + 1] - _firstPosition[scale];
                List<long> ofScale = indices[scale] ??= [];
                order.Add((scale, ofScale.Count));
                ofScale.Add(picture * positions + position - _firstPosition[scale]);
            }
        }
        var first = new long[scales];
        long count = 0;
        for (int scale = 0; scale < scales; scale++)
        {
            if (indices[scale] is not { } wanted)
                continue;
            first[scale] = count;
            count += wanted.Count;
            Tensor map = _shallow[scale]!;
            gathered.Add(map.permute(0, 2, 3, 1).reshape(-1, map.shape[1]).index_select(0, tensor(wanted.ToArray(), device: map.device)));
        }
        Tensor rows = cat(gathered);
        return rows.index_select(0, tensor(order.Select(o => first[o.Scale] + o.Rank).ToArray(), device: rows.device));
    }
}
