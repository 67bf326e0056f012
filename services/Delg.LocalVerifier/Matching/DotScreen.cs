using System.Numerics;
using System.Runtime.Intrinsics;
using Delg.LocalVerifier.Matching.Kernels;

namespace Delg.LocalVerifier.Matching;

/// <summary>
/// Finds the pairs of a query's and a candidate's features that could be nearest neighbours under a distance limit, by the products of their rounded
/// descriptors. Every pair that is one is found; a few more are, and their exact products tell. A pair is left out when the bounds prove it
/// too far, or farther from the query's feature than another pair is and, where that is asked for, from the candidate's as well. Reused from pair
/// to pair; not for two threads at once.
/// </summary>
internal sealed unsafe class DotScreen
{
    private const int Width = DotPanels.Width;
    private const int MostRows = 8;

    private readonly AlignedWords _tile = new(MostRows * Width / 2);
    private RoundedDescriptor? _descriptor;
    private AlignedWords _blocks = new(0);
    private short[] _starts = [];
    private short[] _queryLimit = [];
    private short[] _candidateLimit = [];
    private short[] _candidateSlack = [];
    private double[] _inverseLength = [];
    private NeighborPair[] _pairs = [];
    private int _count;

    /// <summary>What was found: for each query feature in ascending order of the candidate's, and the other way round.</summary>
    public Span<NeighborPair> Pairs => _pairs.AsSpan(0, _count);

    /// <summary>1 / length of each candidate descriptor as packed; 0 for a zero vector. Entries past the candidate's count are not meant.</summary>
    public ReadOnlySpan<double> InverseLength => _inverseLength;

    /// <summary>Fills <see cref="Pairs"/>.</summary>
    /// <param name="query">At least one feature.</param>
    /// <param name="candidate">At least one feature, same encoding and dim.</param>
    /// <param name="leastCosine">A pair at this cosine or below may be left out.</param>
    /// <param name="both">Find the candidate features' nearest too.</param>
    /// <param name="path">Instructions to use.</param>
    /// <param name="cancellation">Looked at every few candidate features.</param>
    public void Find(FeatureSet query, FeatureSet candidate, double leastCosine, bool both, InstructionPath path, CancellationToken cancellation)
    {
        switch (path)
        {
            case InstructionPath.Avx512: Find<Avx512DotKernel>(query, candidate, leastCosine, both, cancellation); break;
            case InstructionPath.Avx2: Find<Avx2DotKernel>(query, candidate, leastCosine, both, cancellation); break;
            default: Find<PortableDotKernel>(query, candidate, leastCosine, both, cancellation); break;
        }
    }

    private void Find<TKernel>(FeatureSet query, FeatureSet candidate, double leastCosine, bool both, CancellationToken cancellation)
        where TKernel : struct, IDotKernel
    {
        var panels = query.DotPanels;
        // The product of rounded descriptors from which a pair without slack could reach the cosine.
        var floor = (int)Math.Floor(leastCosine * RoundedDescriptor.Length * RoundedDescriptor.Length) - 1;
        Prepare(panels, query, candidate, floor, TKernel.Rows);
        var rowsOfBlock = TKernel.Rows;
        for (var first = 0; first < candidate.Count; first += rowsOfBlock)
            PackBlock(candidate, first, Math.Min(rowsOfBlock, candidate.Count - first), rowsOfBlock, both ? floor : short.MaxValue);
        var tile = (short*)_tile.Pointer;
        // Panel by panel: one panel stays in the nearest cache while the smaller blocks pass by.
        fixed (short* starts = _starts)
        {
            for (var panel = 0; panel < panels.Count; panel++)
            {
                var block = _blocks.Pointer;
                for (var first = 0; first < candidate.Count; first += rowsOfBlock, block += rowsOfBlock * panels.Pairs)
                {
                    cancellation.ThrowIfCancellationRequested();
                    TKernel.Multiply(block, starts + first, panels.Panel(panel), panels.Pairs, tile);
                    Track(tile, Math.Min(rowsOfBlock, candidate.Count - first), first, panel * Width, panels.Slack);
                }
            }
        }

        panels.KeepAlive();
        _blocks.KeepAlive();
        _tile.KeepAlive();
        KeepPossible(panels.Slack);
    }

    private void Prepare(DotPanels panels, FeatureSet query, FeatureSet candidate, int floor, int rowsOfTile)
    {
        _count = 0;
        var blocks = (candidate.Count + rowsOfTile - 1) / rowsOfTile;
        _blocks = _blocks.Holding(blocks * rowsOfTile * panels.Pairs);
        if (_descriptor is null || !_descriptor.IsFor(query.Dim, query.Encoding))
            _descriptor = new RoundedDescriptor(query.Dim, query.Encoding);
        var lanes = panels.Count * Width;
        if (_queryLimit.Length < lanes)
            _queryLimit = new short[lanes];
        if (_candidateLimit.Length < candidate.Count)
        {
            _candidateLimit = new short[candidate.Count];
            _candidateSlack = new short[candidate.Count];
            _inverseLength = new double[candidate.Count];
            _starts = new short[candidate.Count + MostRows];
        }

        for (var lane = 0; lane < lanes; lane++)
            _queryLimit[lane] = panels.Slack[lane] == DotPanels.Absent ? short.MaxValue : Limit(floor - panels.Slack[lane]);
    }

    private void PackBlock(FeatureSet candidate, int first, int rows, int rowsOfTile, int floor)
    {
        var block = _blocks.Pointer + ((nint)first * RoundedDescriptor.Pairs(candidate.Dim));
        if (rows < rowsOfTile)
            new Span<uint>(block, rowsOfTile * RoundedDescriptor.Pairs(candidate.Dim)).Clear();
        for (var row = 0; row < rows; row++)
        {
            var descriptor = _descriptor!;
            descriptor.Set(candidate.Descriptor(first + row));
            var isZero = descriptor.InverseLength == 0;
            _inverseLength[first + row] = descriptor.InverseLength;
            _starts[first + row] = unchecked((short)(-RoundedDescriptor.MostComponent * descriptor.Sum));
            _candidateSlack[first + row] = isZero ? DotPanels.Absent : descriptor.Slack;
            _candidateLimit[first + row] = isZero ? short.MaxValue : Limit(floor - descriptor.Slack);
            var target = block + row;
            foreach (var pair in descriptor.ComponentPairs)
            {
                *target = pair * 0x10001u;
                target += rowsOfTile;
            }
        }
    }

    // The limits rise to what the best pair so far is sure to reach; ever more rarely does a pair come up to one. Nearly all of the work is to see
    // that none does.
    private void Track(short* tile, int rows, int firstRow, int firstLane, ReadOnlySpan<short> slack)
    {
        fixed (short* queryLimit = &_queryLimit[firstLane])
        fixed (short* querySlack = &slack[firstLane])
        {
            for (var row = 0; row < rows; row++, tile += Width)
            {
                if (AnyAbove(tile, queryLimit, querySlack, _candidateLimit[firstRow + row], _candidateSlack[firstRow + row]))
                    TrackRow(tile, firstRow + row, firstLane, queryLimit, querySlack);
            }
        }
    }

    private static bool AnyAbove(short* products, short* queryLimit, short* querySlack, short candidateLimit, short candidateSlack)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            var (limits, slacks) = (Vector512.Create(candidateLimit), Vector512.Create(candidateSlack));
            var low = Vector512.Min(
                Vector512.SubtractSaturate(Vector512.Load(queryLimit), slacks), Vector512.SubtractSaturate(limits, Vector512.Load(querySlack)));
            var high = Vector512.Min(
                Vector512.SubtractSaturate(Vector512.Load(queryLimit + 32), slacks), Vector512.SubtractSaturate(limits, Vector512.Load(querySlack + 32)));
            return Vector512.GreaterThanAny(Vector512.LoadAligned(products), low) || Vector512.GreaterThanAny(Vector512.LoadAligned(products + 32), high);
        }

        var above = Vector<short>.Zero;
        for (var lane = 0; lane < Width; lane += Vector<short>.Count)
        {
            var limit = Vector.Min(
                Vector.SubtractSaturate(Vector.Load(queryLimit + lane), new Vector<short>(candidateSlack)),
                Vector.SubtractSaturate(new Vector<short>(candidateLimit), Vector.Load(querySlack + lane)));
            above |= Vector.GreaterThan(Vector.LoadAligned(products + lane), limit);
        }

        return above != Vector<short>.Zero;
    }

    private void TrackRow(short* products, int candidate, int firstLane, short* queryLimit, short* querySlack)
    {
        if (_pairs.Length < _count + Width)
            Array.Resize(ref _pairs, Math.Max(2 * _pairs.Length, _count + (16 * Width)));
        var candidateSlack = _candidateSlack[candidate];
        int candidateLimit = _candidateLimit[candidate];
        for (var start = 0; start < Width; start += 32)
        {
            var above = Above(products + start, queryLimit + start, querySlack + start, (short)candidateLimit, candidateSlack);
            for (; above != 0; above &= above - 1)
            {
                var lane = start + BitOperations.TrailingZeroCount(above);
                int product = products[lane];
                int slack = querySlack[lane];
                // Another lane of this row may have raised the candidate's limit.
                if (product <= queryLimit[lane] - candidateSlack && product <= candidateLimit - slack)
                    continue;
                _pairs[_count++] = new NeighborPair(firstLane + lane, candidate, (short)product);
                queryLimit[lane] = (short)Math.Max(queryLimit[lane], product - candidateSlack - (2 * slack) - 1);
                candidateLimit = Math.Max(candidateLimit, product - slack - (2 * candidateSlack) - 1);
            }
        }

        _candidateLimit[candidate] = (short)candidateLimit;
    }

    // The lanes, of 32, whose products are above the lower of their two limits.
    private static uint Above(short* products, short* queryLimit, short* querySlack, short candidateLimit, short candidateSlack)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            var limit = Vector512.Min(
                Vector512.SubtractSaturate(Vector512.Load(queryLimit), Vector512.Create(candidateSlack)),
                Vector512.SubtractSaturate(Vector512.Create(candidateLimit), Vector512.Load(querySlack)));
            return (uint)Vector512.GreaterThan(Vector512.LoadAligned(products), limit).ExtractMostSignificantBits();
        }

        var above = 0u;
        for (var lane = 0; lane < 32; lane += Vector256<short>.Count)
        {
            var limit = Vector256.Min(
                Vector256.SubtractSaturate(Vector256.Load(queryLimit + lane), Vector256.Create(candidateSlack)),
                Vector256.SubtractSaturate(Vector256.Create(candidateLimit), Vector256.Load(querySlack + lane)));
            above |= Vector256.GreaterThan(Vector256.LoadAligned(products + lane), limit).ExtractMostSignificantBits() << lane;
        }

        return above;
    }

    // Early pairs were kept under limits that have risen since.
    private void KeepPossible(ReadOnlySpan<short> querySlack)
    {
        var kept = 0;
        foreach (var pair in Pairs)
        {
            var ofQuery = pair.Product > _queryLimit[pair.Query] - _candidateSlack[pair.Candidate];
            var ofCandidate = pair.Product > _candidateLimit[pair.Candidate] - querySlack[pair.Query];
            if (ofQuery || ofCandidate)
                _pairs[kept++] = pair with { MayBeNearestOfQuery = ofQuery, MayBeNearestOfCandidate = ofCandidate };
        }

        _count = kept;
    }

    // No product is below -32767, so that a limit below lets everything through all the same.
    private static short Limit(int value) => (short)Math.Clamp(value, short.MinValue, short.MaxValue);
}
