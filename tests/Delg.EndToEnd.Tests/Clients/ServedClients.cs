using Delg.EndToEnd.Tests.FourProcesses;

namespace Delg.EndToEnd.Tests.Clients;

/// <summary>Clients in other languages, and the system they share; each keeps to a collection of its own.</summary>
[CollectionDefinition]
public sealed class ServedClients : ICollectionFixture<FourServices>;
