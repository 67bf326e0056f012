using Delg.GlobalIndex.Exact.Columns;
using Delg.GlobalIndex.Filters;
using Delg.GlobalIndex.Tests.Filters;

namespace Delg.GlobalIndex.Tests.Exact;

public sealed class ColumnFilterTests
{
    [Fact]
    public void Apply_RandomFilters_SaysTheSameAsRowByRow()
    {
        var random = new Random(12);
        var rows = Enumerable.Range(0, 200).Select(_ => RandomFilters.Metadata(random)).ToList();
        var columns = new MetadataColumns(256);
        for (var row = 0; row < rows.Count; row++)
        {
            // What an abandoned attempt left in the row must not show.
            columns.Write(row, RandomFilters.Metadata(random));
            columns.Write(row, rows[row]);
        }

        Span<ulong> kept = stackalloc ulong[ColumnFilter.Words(rows.Count)];
        for (var round = 0; round < 200; round++)
        {
            var filter = RandomFilters.Filter(random, depth: 3);
            ColumnFilter.Apply(filter, columns, rows.Count, kept);
            for (var row = 0; row < rows.Count; row++)
                Assert.Equal((FilterText.Of(filter), filter.Matches(rows[row])), (FilterText.Of(filter), ((kept[row / 64] >> row) & 1) != 0));
        }
    }
}
