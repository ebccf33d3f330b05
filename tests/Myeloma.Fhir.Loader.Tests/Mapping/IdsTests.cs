using Myeloma.Fhir.Loader.Mapping;

namespace Myeloma.Fhir.Loader.Tests.Mapping;

/// <summary>Ids: legal, stable, different for different words.</summary>
public sealed class IdsTests
{
    [Theory]
    [InlineData("Canadian Cancer Society", "canadian-cancer-society")]
    [InlineData("  OVER-MYR  ", "over-myr")]
    [InlineData("exportin 1 (XPO1)", "exportin-1-xpo1")]
    public void Words_become_a_slug(string words, string id) => Assert.Equal(id, Ids.From(words));

    [Theory]
    [InlineData("médicament")]
    [InlineData("薬")]
    [InlineData("!!!")]
    public void Words_that_a_slug_would_lose_keep_apart_by_a_hash(string words)
    {
        Assert.Matches("^[a-z0-9-]{12,64}$", Ids.From(words));
        Assert.NotEqual(Ids.From(words), Ids.From(words + words));
    }

    [Fact]
    public void A_long_id_is_shortened_to_what_R4_allows_and_stays_its_own()
    {
        var long1 = Ids.OfSet(["cyclophosphamide", "dexamethasone", "doxorubicin", "etoposide", "thalidomide", "cisplatin", "bortezomib"]);
        var long2 = Ids.OfSet(["cyclophosphamide", "dexamethasone", "doxorubicin", "etoposide", "lenalidomide", "cisplatin", "bortezomib"]);

        Assert.Equal(64, long1.Length);
        Assert.NotEqual(long1, long2);
    }

    [Fact]
    public void A_set_has_one_id_whatever_its_order()
    {
        Assert.Equal("a-b", Ids.OfSet(["b", "a", "b"]));
        Assert.Equal(Ids.OfSet(["b", "a"]), Ids.OfSet(["a", "b"]));
    }

    [Fact]
    public void Two_sets_whose_joined_names_look_alike_differ() =>
        Assert.NotEqual(Ids.OfSet(["a-b", "c"]), Ids.OfSet(["a", "b-c"]));

    [Theory]
    [InlineData("low-dose dexamethasone", "LowDoseDexamethasone")]
    [InlineData("5-fluorouracil", "N5Fluorouracil")]
    [InlineData("", "N")]
    public void Words_become_a_name(string words, string name) => Assert.Equal(name, Ids.Name(words));
}
