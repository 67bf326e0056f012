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
    private readonly float[] _rowBest = new float[MostRows * Width];
    private readonly int[] _rowIndex = new int[MostRows * Width];
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

            for (var row = 0; row < rows; row++)
                _queryOfCandidate[first + row] = BestOfRow(row);
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

    // Keeps, lane by lane, the best row of each query feature and the best query feature of each row; strict comparison keeps the first.
    private void Track(float* tile, int rows, int firstRow, int firstLane)
    {
        var lanes = Vector<float>.Count;
        fixed (float* similarity = _similarity, rowBest = _rowBest)
        fixed (int* candidateOfQuery = _candidateOfQuery, rowIndex = _rowIndex)
        {
            for (var lane = 0; lane < Width; lane += lanes)
            {
                var best = Vector.Load(similarity + firstLane + lane);
                var bestIndex = Vector.Load(candidateOfQuery + firstLane + lane);
                var queryIndex = Vector<int>.Indices + new Vector<int>(firstLane + lane);
                for (var row = 0; row < rows; row++)
                {
                    var value = Vector.Load(tile + (row * Width) + lane);
                    var nearer = Vector.GreaterThan(value, best);
                    best = Vector.ConditionalSelect(nearer, value, best);
                    bestIndex = Vector.ConditionalSelect(nearer, new Vector<int>(firstRow + row), bestIndex);

                    var ofRow = Vector.Load(rowBest + (row * lanes));
                    nearer = Vector.GreaterThan(value, ofRow);
                    Vector.ConditionalSelect(nearer, value, ofRow).Store(rowBest + (row * lanes));
                    Vector.ConditionalSelect(nearer, queryIndex, Vector.Load(rowIndex + (row * lanes))).Store(rowIndex + (row * lanes));
                }

                best.Store(similarity + firstLane + lane);
                bestIndex.Store(candidateOfQuery + firstLane + lane);
            }
        }
    }

    private int BestOfRow(int row)
    {
        var lanes = Vector<float>.Count;
        var best = row * lanes;
        for (var lane = best + 1; lane < (row + 1) * lanes; lane++)
        {
            if (_rowBest[lane] > _rowBest[best] || (_rowBest[lane] == _rowBest[best] && _rowIndex[lane] < _rowIndex[best]))
                best = lane;
        }

        return _rowIndex[best];
    }
}
