namespace Delg.Gateway.Access;

/// <summary>What a caller may do in its collections; each role may do all that those before it may.</summary>
public enum Role
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Search, match, get, list, find duplicates, thumbnails.</summary>
    Read,

    /// <summary>Index images, update metadata, delete images.</summary>
    Write,

    /// <summary>Create and drop collections; with all collections also the services' own methods, where they are passed through.</summary>
    Admin,
}
