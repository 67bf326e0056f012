using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Delg.GlobalIndex.Exact.Codes;

/// <summary>What <see cref="QueryCodes.Bound"/> needs of four queries, in registers while a block of rows is gone through.</summary>
/// <param name="Scales">Value of one step of each query.</param>
/// <param name="PerResidual">Error for each unit of a row's residual.</param>
/// <param name="Constants">Error whatever the row.</param>
internal readonly record struct GroupBound(Vector128<float> Scales, Vector128<float> PerResidual, Vector128<float> Constants)
{
    /// <summary>Similarities as far as the codes tell, and how far off they may be.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public (Vector128<float> Estimates, Vector128<float> Errors) Bound(Vector128<int> products, RowCode row) =>
        (Vector128.ConvertToSingle(products) * (Scales * row.Scale), (PerResidual * row.Residual) + Constants);
}
