using System.Runtime.Intrinsics;
using Delg.GlobalIndex.Exact;
using Delg.GlobalIndex.Exact.Codes;

namespace Delg.GlobalIndex.Tests.Exact;

/// <summary>What the search rests on: the float32 similarity is never outside the bounds that the codes give.</summary>
public sealed class CodeBoundTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(64)]
    [InlineData(700)]
    [InlineData(4096)]
    public void Bound_AnyVectors_HoldsTheFloat32Similarity(int dim)
    {
        var random = new Random(dim);
        var vectors = Enumerable.Range(0, 60).Select(i => UnitVector.Of([.. Draw(random, dim, i % 4)])).ToList();
        var queries = new QueryCodes(vectors);
        var codes = new sbyte[QueryCodes.PaddedLength(dim)];

        foreach (var vector in vectors)
        {
            var row = RowCode.Encode(vector, codes.AsSpan(0, dim));
            for (var query = 0; query < vectors.Count; query++)
            {
                var product = PortableCodeKernel.One(ref codes[0], ref codes[0], ref queries.Codes(query), queries.Length);
                var (estimate, error) = queries.Bound(query, product, row);
                var (estimates, errors) = queries.Group(query / ICodeKernel.Queries).Bound(Vector128.Create(product), row);
                Assert.Equal((estimate, error), (estimates[query % ICodeKernel.Queries], errors[query % ICodeKernel.Queries]));
                Assert.InRange(DotProducts.Dot(vector, vectors[query]), estimate - error, estimate + error);
                Assert.InRange(Vectors.Cosine(vector, vectors[query]), estimate - error, estimate + error);
                // A bound that lets everything through would be no use.
                Assert.InRange(error, 0, 0.1);
            }
        }
    }

    [Fact]
    public void Encode_Vector_StaysWithinTheResidual()
    {
        var random = new Random(1);
        for (var round = 0; round < 40; round++)
        {
            var vector = UnitVector.Of([.. Draw(random, 300, round % 4)]);
            var codes = new sbyte[300];

            var row = RowCode.Encode(vector, codes);

            var missed = Math.Sqrt(vector.Select((value, i) => Math.Pow(value - ((double)row.Scale * codes[i]), 2)).Sum());
            Assert.InRange(missed, 0, row.Residual);
            Assert.InRange(row.Residual, 0, (missed * 1.002) + 2e-6);
        }
    }

    // Even, with a few large components, with most of them zero, and all equal.
    private static float[] Draw(Random random, int dim, int kind)
    {
        var values = Vectors.Random(random, dim);
        for (var i = 0; i < dim; i++)
        {
            values[i] = kind switch
            {
                1 => MathF.Pow(values[i] * 2, 9),
                2 => i % 17 == 0 ? values[i] : 0,
                3 => values[0],
                _ => values[i],
            };
        }

        values[0] += 0.01f;
        return values;
    }
}
