using System.Numerics;
using System.Runtime.Intrinsics;
using Delg.LocalVerifier.Matching.Kernels;

namespace Delg.LocalVerifier.Matching;

/// <summary>
/// Nearest neighbours of BINARY descriptors by Hamming distance, exhaustively, in one pass over tiles of distances; ties go to the lowest index.
/// Reused from pair to pair; not for two threads at once.
/// </summary>
internal sealed unsafe class HammingNeighbors
{
    private const int Width = HammingPanels.Width;
    private const int MostRows = 8;

    private const int Lanes = 64;

    private readonly AlignedWords _tile = new(MostRows * Width / sizeof(uint));
    private readonly ushort[] _block = new ushort[MostRows * HammingTables.MostHalves];
    private readonly HammingPlaneScan _planes = new();
    private int[] _distanceOfQuery = [];
    private byte[] _nearestOfQuery = [];
    private int[] _candidateOfQuery = [];
    private int[] _queryOfCandidate = [];

    /// <summary>Nearest candidate feature of each query feature; -1 where none is near enough, or not nearest in both directions when that was asked for.</summary>
    public ReadOnlySpan<int> CandidateOfQuery => _candidateOfQuery;

    /// <summary>Bits in which a query feature differs from its neighbour in <see cref="CandidateOfQuery"/>.</summary>
    public int DistanceOf(int query) => _distanceOfQuery[query];

    /// <summary>Fills the columns.</summary>
    /// <param name="query">At least one feature.</param>
    /// <param name="candidate">At least one feature, same encoding and dim.</param>
    /// <param name="mostBits">A neighbour differs in no more bits.</param>
    /// <param name="mutual">Keep only neighbours that are nearest in both directions.</param>
    /// <param name="path">Instructions to use.</param>
    /// <param name="cancellation">Looked at every few candidate features.</param>
    public void Find(FeatureSet query, FeatureSet candidate, int mostBits, bool mutual, InstructionPath path, CancellationToken cancellation)
    {
        Prepare(query.Count, candidate.Count);
        if (path == InstructionPath.Avx512 && HammingPlaneScan.Takes(query.Dim, mostBits))
        {
            _planes.Find(query, candidate, mostBits, _candidateOfQuery, _distanceOfQuery, mutual ? _queryOfCandidate : [], cancellation);
        }
        else if (query.Dim / 4 > HammingTables.MostHalves)
        {
            FindLong(query, candidate, mostBits, mutual, cancellation);
        }
        else
        {
            var beyond = (byte)Math.Min(mostBits + 1, byte.MaxValue);
            // Lanes past the last feature are nearer to nothing.
            Array.Clear(_nearestOfQuery);
            Array.Fill(_nearestOfQuery, beyond, 0, query.Count);
            switch (path)
            {
                case InstructionPath.Avx512: Find<Avx512HammingKernel>(query, candidate, beyond, mutual, cancellation); break;
                case InstructionPath.Avx2: Find<Avx2HammingKernel>(query, candidate, beyond, mutual, cancellation); break;
                default: Find<PortableHammingKernel>(query, candidate, beyond, mutual, cancellation); break;
            }

            for (var feature = 0; feature < query.Count; feature++)
                _distanceOfQuery[feature] = _nearestOfQuery[feature];
        }

        for (var feature = 0; mutual && feature < query.Count; feature++)
        {
            if (_candidateOfQuery[feature] is >= 0 and var nearest && _queryOfCandidate[nearest] != feature)
                _candidateOfQuery[feature] = -1;
        }
    }

    // More bits than a byte counts: pair by pair.
    private void FindLong(FeatureSet query, FeatureSet candidate, int mostBits, bool mutual, CancellationToken cancellation)
    {
        Array.Fill(_distanceOfQuery, mostBits + 1, 0, query.Count);
        for (var c = 0; c < candidate.Count; c++)
        {
            cancellation.ThrowIfCancellationRequested();
            var nearest = mutual ? mostBits + 1 : 0;
            for (var q = 0; q < query.Count; q++)
            {
                var distance = DescriptorProducts.Hamming(query.Descriptor(q), candidate.Descriptor(c));
                if (distance < _distanceOfQuery[q])
                    (_distanceOfQuery[q], _candidateOfQuery[q]) = (distance, c);
                if (distance < nearest)
                    (nearest, _queryOfCandidate[c]) = (distance, q);
            }
        }
    }

    private void Find<TKernel>(FeatureSet query, FeatureSet candidate, byte beyond, bool mutual, CancellationToken cancellation)
        where TKernel : struct, IHammingKernel
    {
        var panels = query.HammingPanels;
        Span<byte> nearestOfRows = stackalloc byte[MostRows];
        for (var first = 0; first < candidate.Count; first += TKernel.Rows)
        {
            cancellation.ThrowIfCancellationRequested();
            var rows = Math.Min(TKernel.Rows, candidate.Count - first);
            PackBlock(candidate, first, rows, TKernel.Rows);
            nearestOfRows.Fill(mutual ? beyond : (byte)0);
            for (var panel = 0; panel < panels.Count; panel++)
            {
                fixed (ushort* block = _block)
                    TKernel.Count(block, HammingTables.Pointer, panels.Panel(panel), panels.Halves, (byte*)_tile.Pointer);
                var width = Math.Min(Width, query.Count - (panel * Width));
                Track((byte*)_tile.Pointer, nearestOfRows[..rows], first, panel * Width, width);
            }
        }

        panels.KeepAlive();
        _tile.KeepAlive();
    }

    private void Prepare(int queries, int candidates)
    {
        if (_candidateOfQuery.Length < queries)
        {
            _candidateOfQuery = new int[queries];
            _distanceOfQuery = new int[queries];
            _nearestOfQuery = new byte[(queries + Width - 1) / Width * Width];
        }

        if (_queryOfCandidate.Length < candidates)
            _queryOfCandidate = new int[candidates];
        Array.Fill(_candidateOfQuery, -1, 0, queries);
        Array.Fill(_queryOfCandidate, -1, 0, candidates);
    }

    private void PackBlock(FeatureSet candidate, int first, int rows, int rowsOfTile)
    {
        // Rows past the last are counted too and not looked at.
        for (var row = 0; row < rows; row++)
        {
            var target = row;
            foreach (var bits in candidate.Descriptor(first + row))
            {
                _block[target] = (ushort)((bits & 0xF) * HammingTables.Stride);
                _block[target + rowsOfTile] = (ushort)((bits >> 4) * HammingTables.Stride);
                target += 2 * rowsOfTile;
            }
        }
    }

    // A nearer neighbour turns up a few times a feature, ever more rarely: most of the work is to see that there is none. Strict comparison keeps
    // the first of equals.
    private void Track(byte* tile, Span<byte> nearestOfRows, int firstRow, int firstLane, int width)
    {
        fixed (byte* nearestOfQuery = &_nearestOfQuery[firstLane])
        {
            for (var row = 0; row < nearestOfRows.Length; row++, tile += Width)
            {
                for (var start = 0; start < width; start += Lanes)
                {
                    var nearer = Nearer(tile + start, nearestOfQuery + start, nearestOfRows[row]);
                    for (; nearer != 0; nearer &= nearer - 1)
                    {
                        var lane = start + BitOperations.TrailingZeroCount(nearer);
                        if (lane >= width)
                            break;
                        if (tile[lane] < nearestOfQuery[lane])
                            (nearestOfQuery[lane], _candidateOfQuery[firstLane + lane]) = (tile[lane], firstRow + row);
                        if (tile[lane] < nearestOfRows[row])
                            (nearestOfRows[row], _queryOfCandidate[firstRow + row]) = (tile[lane], firstLane + lane);
                    }
                }
            }
        }
    }

    // The lanes, of 64, that are nearer than one of the two.
    private static ulong Nearer(byte* distances, byte* nearestOfQuery, byte nearestOfRow)
    {
        if (Vector512.IsHardwareAccelerated)
            return Vector512.LessThan(Vector512.LoadAligned(distances), Vector512.Max(Vector512.Load(nearestOfQuery), Vector512.Create(nearestOfRow))).ExtractMostSignificantBits();
        var ofRow = Vector256.Create(nearestOfRow);
        var low = Vector256.LessThan(Vector256.LoadAligned(distances), Vector256.Max(Vector256.Load(nearestOfQuery), ofRow)).ExtractMostSignificantBits();
        var high = Vector256.LessThan(Vector256.LoadAligned(distances + 32), Vector256.Max(Vector256.Load(nearestOfQuery + 32), ofRow)).ExtractMostSignificantBits();
        return low | ((ulong)high << 32);
    }
}
