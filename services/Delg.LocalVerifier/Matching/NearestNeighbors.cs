using System.Numerics;
using Delg.LocalVerifier.Matching.Kernels;
using Delg.V1;

namespace Delg.LocalVerifier.Matching;

/// <summary>
/// For every query feature the nearest candidate feature and the other way round, exhaustively, in one pass over tiles of similarities.
/// Reused from pair to pair; not for two threads at once. Ties go to the lowest index.
/// </summary>
internal sealed unsafe class NearestNeighbors
{
    private const int Width = DescriptorPanels.Width;
    private const int MostRows = 12;

    private readonly AlignedWords _tile = new(MostRows * Width);
    private readonly float[] _rowBest = new float[MostRows];
    private AlignedWords _block = new(0);
    private float[] _similarity = [];
    private int[] _candidateOfQuery = [];
    private int[] _queryOfCandidate = [];

    /// <summary>Similarity of each query feature to its nearest candidate: dot product of FLOAT32 or INT8 components, minus Hamming distance.</summary>
    public ReadOnlySpan<float> Similarity => _similarity;

    /// <summary>Nearest candidate feature of each query feature. Entries past the query's count are not meant.</summary>
    public ReadOnlySpan<int> CandidateOfQuery => _candidateOfQuery;

    /// <summary>Nearest query feature of each candidate feature. Entries past the candidate's count are not meant.</summary>
    public ReadOnlySpan<int> QueryOfCandidate => _queryOfCandidate;

    /// <summary>Fills the three columns.</summary>
    /// <param name="query">At least one feature.</param>
    /// <param name="candidate">At least one feature, same encoding and dim.</param>
    /// <param name="path">Instructions to use.</param>
    public void Find(FeatureSet query, FeatureSet candidate, InstructionPath path)
    {
        switch (query.Encoding, path)
        {
            case (DescriptorEncoding.Float32, InstructionPath.Avx512): Find<Avx512FloatKernel>(query, candidate); break;
            case (DescriptorEncoding.Float32, InstructionPath.Avx2): Find<Avx2FloatKernel>(query, candidate); break;
            case (DescriptorEncoding.Float32, _): Find<PortableFloatKernel>(query, candidate); break;
            case (DescriptorEncoding.Int8, InstructionPath.Avx512): Find<Avx512Int8Kernel>(query, candidate); break;
            case (DescriptorEncoding.Int8, InstructionPath.Avx2): Find<Avx2Int8Kernel>(query, candidate); break;
            case (DescriptorEncoding.Int8, _): Find<PortableInt8Kernel>(query, candidate); break;
            case (_, InstructionPath.Avx512): Find<Avx512BinaryKernel>(query, candidate); break;
            case (_, InstructionPath.Avx2): Find<Avx2BinaryKernel>(query, candidate); break;
            default: Find<PortableBinaryKernel>(query, candidate); break;
        }
    }

    private void Find<TKernel>(FeatureSet query, FeatureSet candidate)
        where TKernel : struct, ITileKernel
    {
        var panels = query.Panels;
        var words = query.WordsOfFeature;
        Prepare(panels.Count * Width, candidate.Count, TKernel.Rows * words);
        for (var first = 0; first < candidate.Count; first += TKernel.Rows)
        {
            var rows = Math.Min(TKernel.Rows, candidate.Count - first);
            PackBlock(candidate.Rows, first, rows, TKernel.Rows, words);
            Array.Fill(_rowBest, float.NegativeInfinity);
            for (var panel = 0; panel < panels.Count; panel++)
            {
                var tile = (float*)_tile.Pointer;
                TKernel.Multiply(_block.Pointer, panels.Panel(panel), words, tile);
                if (panel == panels.Count - 1 && panels.LastWidth < Width)
                    HidePadding(tile, rows, panels.LastWidth);
                Track(tile, rows, first, panel * Width);
            }
        }

        panels.KeepAlive();
        _block.KeepAlive();
        _tile.KeepAlive();
    }

    private void Prepare(int lanes, int candidates, int blockWords)
    {
        _block = _block.Holding(blockWords);
        if (_similarity.Length < lanes)
        {
            _similarity = new float[lanes];
            _candidateOfQuery = new int[lanes];
        }

        if (_queryOfCandidate.Length < candidates)
            _queryOfCandidate = new int[candidates];
        Array.Fill(_similarity, float.NegativeInfinity, 0, lanes);
    }

    private void PackBlock(ReadOnlySpan<uint> candidateRows, int first, int rows, int rowsOfTile, int words)
    {
        var block = _block.Pointer;
        if (rows < rowsOfTile)
            new Span<uint>(block, rowsOfTile * words).Clear();
        for (var row = 0; row < rows; row++)
        {
            var source = candidateRows.Slice((first + row) * words, words);
            var target = block + row;
            foreach (var word in source)
            {
                *target = word;
                target += rowsOfTile;
            }
        }
    }

    private static void HidePadding(float* tile, int rows, int width)
    {
        for (var row = 0; row < rows; row++)
            new Span<float>(tile + (row * Width) + width, Width - width).Fill(float.NegativeInfinity);
    }

    // A better neighbour turns up a few times a feature, ever more rarely: most of the work is to see that there is none. Strict comparison keeps
    // the first of equals.
    private void Track(float* tile, int rows, int firstRow, int firstLane)
    {
        var lanes = Vector<float>.Count;
        fixed (float* similarity = &_similarity[firstLane])
        fixed (int* candidateOfQuery = &_candidateOfQuery[firstLane])
        {
            for (var row = 0; row < rows; row++, tile += Width)
            {
                var largest = new Vector<float>(float.NegativeInfinity);
                for (var lane = 0; lane < Width; lane += lanes)
                {
                    var values = Vector.Load(tile + lane);
                    largest = Vector.Max(largest, values);
                    var best = Vector.Load(similarity + lane);
                    var nearer = Vector.GreaterThan(values, best);
                    if (nearer == Vector<int>.Zero)
                        continue;
                    Vector.ConditionalSelect(nearer, values, best).Store(similarity + lane);
                    Vector.ConditionalSelect(nearer, new Vector<int>(firstRow + row), Vector.Load(candidateOfQuery + lane)).Store(candidateOfQuery + lane);
                }

                if (Vector.GreaterThanAny(largest, new Vector<float>(_rowBest[row])))
                    TrackRow(tile, largest, row, firstRow, firstLane);
            }
        }
    }

    private void TrackRow(float* values, Vector<float> largest, int row, int firstRow, int firstLane)
    {
        var best = largest[0];
        for (var i = 1; i < Vector<float>.Count; i++)
            best = MathF.Max(best, largest[i]);
        var lane = 0;
        while (!Vector.EqualsAny(Vector.Load(values + lane), new Vector<float>(best)))
            lane += Vector<float>.Count;
        while (values[lane] != best)
            lane++;
        _rowBest[row] = best;
        _queryOfCandidate[firstRow + row] = firstLane + lane;
    }
}
