using System.Buffers.Binary;
using System.Numerics;
using Delg.LocalVerifier.Matching.Kernels;

namespace Delg.LocalVerifier.Matching;

/// <summary>
/// Nearest neighbours, within a distance, of BINARY descriptors of <see cref="HammingPlanes.Dim"/> bits on machines with AVX-512. Working memory that
/// is reused from pair to pair; not for two threads at once.
/// </summary>
internal sealed unsafe class HammingPlaneScan
{
    // Their places in the planes lie in the second-level cache while the panels, one after the other, lie in the first.
    private const int RowsOfBlock = 512;

    private const int WordsOfPlane = HammingPlanes.PlaneBytes / sizeof(uint);

    private const int WordsOfNearest = Avx512HammingCounters.Planes * WordsOfPlane;

    private readonly AlignedWords _places = new(RowsOfBlock * Avx512HammingCounters.Places * sizeof(ushort) / sizeof(uint));
    private readonly AlignedWords _starts = new(Avx512HammingCounters.Counters * WordsOfPlane);
    private readonly AlignedWords _tile = new(Avx512HammingCounters.TileBytes / sizeof(uint));
    private readonly byte[] _nearestOfRow = new byte[RowsOfBlock];
    private int[] _tileOfQuery = [];
    private AlignedWords _nearestOfLane = new(0);

    /// <summary>Whether this machine can, and descriptors of so many bits with a limit of so many are such that it does.</summary>
    public static bool Takes(int dim, int mostBits) =>
        Avx512HammingCounters.IsSupported && dim == HammingPlanes.Dim && mostBits <= Avx512HammingCounters.MostBits;

    /// <summary>Fills the columns where there is a neighbour; ties go to the lowest index.</summary>
    /// <param name="query">At least one feature.</param>
    /// <param name="candidate">At least one feature, same dim.</param>
    /// <param name="mostBits">A neighbour differs in no more bits.</param>
    /// <param name="candidateOfQuery">Nearest candidate feature of each query feature; as it was where there is none.</param>
    /// <param name="distanceOfQuery">Bits in which they differ.</param>
    /// <param name="queryOfCandidate">Nearest query feature of each candidate feature, likewise; empty: they are not sought.</param>
    /// <param name="cancellation">Looked at every few hundred candidate features.</param>
    public void Find(
        FeatureSet query, FeatureSet candidate, int mostBits, Span<int> candidateOfQuery, Span<int> distanceOfQuery, Span<int> queryOfCandidate, CancellationToken cancellation)
    {
        var planes = query.HammingPlanes;
        for (var counter = 0; counter < Avx512HammingCounters.Counters; counter++)
            _starts.Span.Slice(counter * WordsOfPlane, WordsOfPlane).Fill(((Avx512HammingCounters.Start(mostBits) >> counter) & 1) == 0 ? 0 : uint.MaxValue);
        _nearestOfLane = _nearestOfLane.Holding(planes.Count * WordsOfNearest);
        _nearestOfLane.Span.Fill(uint.MaxValue);
        if (_tileOfQuery.Length < planes.Count * HammingPlanes.Width)
            _tileOfQuery = new int[planes.Count * HammingPlanes.Width];
        Array.Fill(_tileOfQuery, -1);
        fixed (byte* nearestOfRow = _nearestOfRow)
        fixed (int* tiles = _tileOfQuery)
        fixed (int* queries = queryOfCandidate)
        {
            for (var first = 0; first < candidate.Count; first += RowsOfBlock)
            {
                var rows = new HammingScanRows
                {
                    Count = Math.Min(RowsOfBlock, candidate.Count - first),
                    First = first,
                    Places = (ushort*)_places.Pointer,
                    Nearest = queries == null ? null : nearestOfRow,
                    Query = queries == null ? null : queries + first,
                };
                Locate(candidate, rows);
                Array.Fill(_nearestOfRow, Avx512HammingCounters.None);
                for (var panel = 0; panel < planes.Count; panel++)
                {
                    cancellation.ThrowIfCancellationRequested();
                    var lanes = new HammingScanLanes
                    {
                        First = panel * HammingPlanes.Width,
                        Panel = planes.Panel(panel),
                        Starts = (byte*)_starts.Pointer,
                        Nearest = (byte*)(_nearestOfLane.Pointer + (panel * WordsOfNearest)),
                        Tile = (byte*)_tile.Pointer,
                        Tiles = tiles + (panel * HammingPlanes.Width),
                    };
                    Avx512HammingScan.Scan(rows, lanes);
                }
            }
        }

        planes.KeepAlive();
        _places.KeepAlive();
        _starts.KeepAlive();
        _tile.KeepAlive();
        _nearestOfLane.KeepAlive();
        Choose(query, candidate, candidateOfQuery, distanceOfQuery);
    }

    // The nearest of the few rows of a tile.
    private void Choose(FeatureSet query, FeatureSet candidate, Span<int> candidateOfQuery, Span<int> distanceOfQuery)
    {
        const int Rows = Avx512HammingCounters.RowsOfTile;
        fixed (byte* candidates = candidate.Descriptors)
        fixed (byte* queries = query.Descriptors)
        {
            for (var feature = 0; feature < query.Count; feature++)
            {
                if (_tileOfQuery[feature] < 0)
                    continue;
                var first = _tileOfQuery[feature] * Rows;
                var row = (ulong*)candidates + (2 * first);
                var rows = Math.Min(Rows, candidate.Count - first);
                var (low, high) = (((ulong*)queries)[2 * feature], ((ulong*)queries)[(2 * feature) + 1]);
                // Distance before row in one number: its least is the first of the nearest, without a branch that would often be mispredicted.
                var least = int.MaxValue;
                for (var i = 0; i < rows; i++, row += 2)
                {
                    var distanceAndRow = ((BitOperations.PopCount(low ^ row[0]) + BitOperations.PopCount(high ^ row[1])) * Rows) + i;
                    least = Math.Min(least, distanceAndRow);
                }

                (candidateOfQuery[feature], distanceOfQuery[feature]) = (first + (least % Rows), least / Rows);
            }
        }
    }

    private static void Locate(FeatureSet candidate, in HammingScanRows rows)
    {
        for (var row = 0; row < rows.Count; row++)
        {
            var descriptor = candidate.Descriptor(rows.First + row);
            Avx512HammingCounters.Locate(
                BinaryPrimitives.ReadUInt64LittleEndian(descriptor), BinaryPrimitives.ReadUInt64LittleEndian(descriptor[sizeof(ulong)..]),
                rows.Places + (row * Avx512HammingCounters.Places));
        }
    }
}
