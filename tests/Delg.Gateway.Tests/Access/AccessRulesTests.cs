using Delg.Contracts.Errors;
using Delg.Gateway.Access;
using Delg.V1;
using Google.Protobuf;
using Empty = Google.Protobuf.WellKnownTypes.Empty;

namespace Delg.Gateway.Tests.Access;

public class AccessRulesTests
{
    [Fact]
    public void Rules_NameEveryMethodOfTheService_AndNoOther() =>
        Assert.Equal(ImageSearchService.Descriptor.Methods.Select(m => m.Name).Order(), AccessRules.Methods.Order());

    [Fact]
    public void Method_ThatIsNotListed_NeedsAdmin() => Assert.Equal(Role.Admin, AccessRules.RoleOf("DropEverything"));

    public static TheoryData<IMessage, string?> Requests => new()
    {
        { new SearchImagesRequest(), "default" },
        { new SearchImagesRequest { Collection = "c" }, "c" },
        { new IndexImagesRequest(), "default" },
        { new IndexImagesRequest { Image = new IndexImageRequest { Collection = "c" } }, "c" },
        { new CreateImageCollectionRequest { Name = "c" }, "c" },
        { new DeleteImageCollectionRequest { Name = "c" }, "c" },
        { new ListImageCollectionsRequest(), null },
        { new MatchImagesRequest { Query = ByteString.CopyFrom(1) }, null },
        { new MatchImagesRequest { QueryImageId = "a" }, "default" },
        { new MatchImagesRequest { CandidateImageId = "a", Collection = "c" }, "c" },
        { new Empty(), "*" },
    };

    [Theory]
    [MemberData(nameof(Requests), DisableDiscoveryEnumeration = true)]
    public void Collection_OfEachKindOfRequest_IsFound(IMessage request, string? collection) =>
        Assert.Equal(collection, AccessRules.CollectionOf(request, "default"));

    [Fact]
    public void Collection_OfEveryRequestThatNamesOne_IsThatOne()
    {
        foreach (var type in ImageSearchService.Descriptor.Methods.Select(m => m.InputType).Where(t => t.FindFieldByName("collection") is not null))
        {
            var request = type.Parser.ParseFrom([]);
            type.FindFieldByName("collection").Accessor.SetValue(request, "mine");
            if (request is MatchImagesRequest match)
                match.QueryImageId = "a";

            Assert.Equal("mine", AccessRules.CollectionOf(request, "default"));
        }
    }

    [Theory]
    [InlineData("read", "a", "Read", "a", true)]
    [InlineData("read", "a", "Read", "b", false)]
    [InlineData("read", "a", "Write", "a", false)]
    [InlineData("admin", "a", "Write", "a", true)]
    [InlineData("admin", "a", "Admin", "*", false)]
    [InlineData("admin", "*", "Admin", "*", true)]
    [InlineData("write", "*", "Write", "any", true)]
    [InlineData("none", "*", "Read", null, false)]
    [InlineData("read", "", "Read", null, true)]
    public void Demand_IsMetByRoleAndCollectionTogether(string role, string collections, string needed, string? where, bool isMet)
    {
        var caller = new Caller("id", Enum.Parse<Role>(role, ignoreCase: true), collections.Split(',', StringSplitOptions.RemoveEmptyEntries));

        var failure = Record.Exception(() => AccessRules.Demand(caller, Enum.Parse<Role>(needed), where));

        Assert.Equal(isMet, failure is null);
        if (!isMet)
            Assert.Equal((ErrorReason.RoleInsufficient, needed.ToLowerInvariant()), (((DelgException)failure!).Reason, ((DelgException)failure).Details["role"]));
    }

    [Fact]
    public void Demand_OfACollectionNameOfAMegabyte_IsRefusedInFewWords()
    {
        var caller = new Caller("id", Role.Read, ["a"]);

        var failure = Assert.Throws<DelgException>(() => AccessRules.Demand(caller, Role.Read, new string('b', 1024 * 1024)));

        Assert.EndsWith("bbb…'.", failure.Message, StringComparison.Ordinal);
        Assert.InRange(failure.Message.Length + failure.Details["collection"].Length, 0, 1024);
    }
}
