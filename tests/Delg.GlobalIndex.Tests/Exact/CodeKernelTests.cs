using System.Runtime.Intrinsics;
using Delg.GlobalIndex.Exact.Codes;

namespace Delg.GlobalIndex.Tests.Exact;

public sealed class CodeKernelTests
{
    [Fact]
    public void Products_Portable_AreTheSums() => AssertExact<PortableCodeKernel>();

    [Fact]
    public void Products_Avx2_AreTheSums()
    {
        Assert.SkipUnless(Avx2CodeKernel.IsSupported, "This processor has no AVX2.");
        AssertExact<Avx2CodeKernel>();
    }

    [Fact]
    public void Products_Avx512_AreTheSums()
    {
        Assert.SkipUnless(Avx512CodeKernel.IsSupported, "This processor has no AVX-512 BW.");
        AssertExact<Avx512CodeKernel>();
    }

    private static void AssertExact<TKernel>()
        where TKernel : ICodeKernel
    {
        var random = new Random(8);
        foreach (var length in new[] { 64, 192, 4096 })
        {
            var stride = length + 32;
            foreach (var largest in new[] { false, true })
            {
                var rows = Enumerable.Range(0, 4 * length).Select(_ => (sbyte)(largest ? 127 : random.Next(-127, 128))).ToArray();
                var queries = Enumerable.Range(0, 4 * stride)
                    .Select(_ => (short)(largest ? QueryCodes.MaxCode : random.Next(-QueryCodes.MaxCode, QueryCodes.MaxCode + 1))).ToArray();
                var products = new Vector128<int>[ICodeKernel.Rows];

                TKernel.Tile(ref rows[0], ref rows[length], ref rows[2 * length], ref rows[3 * length], ref queries[0], stride, length, products);

                for (var row = 0; row < ICodeKernel.Rows; row++)
                {
                    for (var query = 0; query < ICodeKernel.Queries; query++)
                    {
                        var sum = Enumerable.Range(0, length).Sum(i => (long)rows[(row * length) + i] * queries[(query * stride) + i]);
                        Assert.Equal(sum, products[row][query]);
                        Assert.Equal(sum, TKernel.One(ref rows[row * length], ref rows[0], ref queries[query * stride], length));
                    }
                }
            }
        }
    }
}
