namespace Delg.Gateway.Backends;

/// <summary>The parts a request's time goes to; each has its own time-out.</summary>
internal enum Stage
{
    /// <summary>Descriptors of an image.</summary>
    Extract,

    /// <summary>Global search.</summary>
    Search,

    /// <summary>Geometric verification.</summary>
    Verify,

    /// <summary>Reading and writing records and features.</summary>
    Store,

    /// <summary>Dropping a whole collection, which takes the longer the more images it has.</summary>
    Drop,
}
