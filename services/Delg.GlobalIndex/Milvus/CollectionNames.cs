using System.Diagnostics.CodeAnalysis;
using System.Text;
using Delg.Contracts.Validation;

namespace Delg.GlobalIndex.Milvus;

/// <summary>
/// Our collections' names as Milvus takes them: letters, digits and underscores. The prefix, then the name with <c>__</c> for an underscore and
/// <c>_h</c> for a hyphen: no two names become one, and at most 64 + 2 · 64 of 255 characters are used.
/// </summary>
internal static class CollectionNames
{
    public static string ToMilvus(string prefix, string name) =>
        prefix + name.Replace("_", "__", StringComparison.Ordinal).Replace("-", "_h", StringComparison.Ordinal);

    /// <summary>False when a name in Milvus is not one of ours.</summary>
    public static bool TryRead(string prefix, string milvusName, [NotNullWhen(true)] out string? name)
    {
        name = null;
        if (!milvusName.StartsWith(prefix, StringComparison.Ordinal))
            return false;
        var text = new StringBuilder();
        for (var i = prefix.Length; i < milvusName.Length; i++)
        {
            if (milvusName[i] != '_')
                text.Append(milvusName[i]);
            else if (++i < milvusName.Length && milvusName[i] is '_' or 'h')
                text.Append(milvusName[i] == 'h' ? '-' : '_');
            else
                return false;
        }

        name = text.ToString();
        return MessageCheck.IsCollectionName(name);
    }
}
