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
                var row = Enumerable.Range(0, length).Select(_ => (sbyte)(largest ? 127 : random.Next(-127, 128))).ToArray();
                var queries = Enumerable.Range(0, 4 * stride)
                    .Select(_ => (short)(largest ? QueryCodes.MaxCode : random.Next(-QueryCodes.MaxCode, QueryCodes.MaxCode + 1))).ToArray();
                var sums = Enumerable.Range(0, 4).Select(query => Enumerable.Range(0, length).Sum(i => (long)row[i] * queries[(query * stride) + i])).ToArray();

                var four = TKernel.Four(ref row[0], ref queries[0], stride, length);

                for (var query = 0; query < 4; query++)
                {
                    Assert.Equal(sums[query], four[query]);
                    Assert.Equal(sums[query], TKernel.One(ref row[0], ref queries[query * stride], length));
                }
            }
        }
    }
}
