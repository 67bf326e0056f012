using System.Numerics.Tensors;
using System.Runtime.Intrinsics;

namespace Delg.GlobalIndex.Exact.Codes;

/// <summary>
/// Queries in 16 bits a component, and what bounds their similarity to a row. With x = x' + r (<see cref="RowCode"/>) and q = q' + e:
/// x·q = x'·q' + x'·e + r·q, so by Cauchy and Schwarz |x·q - x'·q'| is at most |x'| |e| + |r| |q|, and |x'| is at most |x| + |r|. The bound is
/// <c>residual · PerResidual + Constant</c> with PerResidual = |q| + |e| and Constant = |x| |e| + slack. The slack covers rounding: that of the
/// float32 product which the bound speaks of (<see cref="DotProducts.Dot"/>, at most its number of additions times 2^-24, Higham 2002, section
/// 3.1; here twice that) and that of the estimate itself.
/// </summary>
internal sealed class QueryCodes
{
    /// <summary>Largest code: 4096 components of 127 · 4095 stay below 2^31.</summary>
    public const int MaxCode = 4095;

    // Queries one behind the other would share a few sets of the first-level cache: a line more between them spreads them.
    private const int Gap = 32;

    // |x| of a unit vector that float16 has rounded.
    private const double LongestRow = 1.001;

    private readonly short[] _codes;
    private readonly int _firstCode;
    private readonly float[] _scales;
    private readonly float[] _perResidual;
    private readonly float[] _constants;

    /// <param name="queries">One or more, of the same length up to 4096, finite, not all zero.</param>
    public QueryCodes(IReadOnlyList<float[]> queries)
    {
        Count = queries.Count;
        Length = PaddedLength(queries[0].Length);
        Stride = Length + Gap;
        var padded = Groups * ICodeKernel.Queries;
        _codes = GC.AllocateArray<short>((padded * Stride) + (CacheLines.Bytes / sizeof(short)), pinned: true);
        _firstCode = CacheLines.BytesToNext(_codes) / sizeof(short);
        _scales = new float[padded];
        _perResidual = new float[padded];
        _constants = new float[padded];
        for (var i = 0; i < Count; i++)
            Encode(queries[i], i);
    }

    /// <summary>Queries.</summary>
    public int Count { get; }

    /// <summary>Fours of queries; the last one is filled up with queries that are all zero.</summary>
    public int Groups => (Count + ICodeKernel.Queries - 1) / ICodeKernel.Queries;

    /// <summary>Codes of a query, zeros at the end among them.</summary>
    public int Length { get; }

    /// <summary>Codes from one query's first to the next one's.</summary>
    public int Stride { get; }

    public static int PaddedLength(int dim) => (dim + ICodeKernel.Block - 1) / ICodeKernel.Block * ICodeKernel.Block;

    public ref short Codes(int query) => ref _codes[_firstCode + (query * Stride)];

    /// <summary>Similarity as far as the codes tell, and how far off it may be, for one query.</summary>
    public (float Estimate, float Error) Bound(int query, int product, RowCode row) =>
        (product * (row.Scale * _scales[query]), (row.Residual * _perResidual[query]) + _constants[query]);

    /// <summary>What bounds the similarities of a group's queries.</summary>
    public GroupBound Group(int group)
    {
        var first = group * ICodeKernel.Queries;
        return new GroupBound(Vector128.Create(_scales, first), Vector128.Create(_perResidual, first), Vector128.Create(_constants, first));
    }

    private void Encode(float[] query, int index)
    {
        var scale = float.Abs(TensorPrimitives.MaxMagnitude<float>(query)) / MaxCode;
        var codes = _codes.AsSpan(_firstCode + (index * Stride), query.Length);
        double missed = 0;
        for (var i = 0; i < query.Length; i++)
        {
            codes[i] = (short)Math.Clamp(MathF.Round(query[i] / scale), -MaxCode, MaxCode);
            var rest = query[i] - ((double)scale * codes[i]);
            missed += rest * rest;
        }

        const double upward = 1 + 1e-6;
        var error = Math.Sqrt(missed) * upward;
        var additions = (query.Length / Vector512<float>.Count) + (2 * Vector512<float>.Count);
        const double estimateRounding = 1e-6;
        var slack = (additions * Math.ScaleB(1, -23)) + estimateRounding;
        _scales[index] = scale;
        _perResidual[index] = (float)((Math.Sqrt(TensorPrimitives.SumOfSquares<float>(query)) + error) * (upward + 1e-4));
        _constants[index] = (float)(((LongestRow * error) + slack) * upward);
    }
}
