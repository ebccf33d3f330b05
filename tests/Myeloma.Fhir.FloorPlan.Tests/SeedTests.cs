using System.Security.Cryptography;
using System.Text.Json;
using Myeloma.Fhir.TestSupport;
using Xunit;

namespace Myeloma.Fhir.FloorPlan.Tests;

/// <summary>The seed documents are their publishers' bytes: no editor and no checkout may change one.</summary>
public sealed class SeedTests
{
    [Theory]
    [InlineData("cancer-ca-targeted-therapy-multiple-myeloma", "f154d05381abf34dec4f520be34fe5d0ea13be8590de22b2a94341962a8b4927")]
    [InlineData("cordis-over-myr", "ea17155425a520b9f7c5d63a68d1b744c429d60502de00797d31bcb5358307c8")]
    public void A_seed_is_what_was_received_byte_for_byte_and_its_metadata_says_so(string name, string sha256)
    {
        var document = File.ReadAllBytes(RepositoryRoot.Combine("seeds", name + ".txt"));
        using var metadata = JsonDocument.Parse(File.ReadAllBytes(RepositoryRoot.Combine("seeds", name + ".json")));

        Assert.Equal(sha256, Convert.ToHexStringLower(SHA256.HashData(document)));
        Assert.Equal(sha256, metadata.RootElement.GetProperty("sha256").GetString());
        Assert.Equal(name + ".txt", metadata.RootElement.GetProperty("document").GetString());
        Assert.Equal(
            ["title", "publisher", "address", "copyrightNotice", "licenceRemarks", "language", "document", "sha256"],
            metadata.RootElement.EnumerateObject().Select(property => property.Name));
    }

    [Fact]
    public void What_the_metadata_says_of_a_seed_stands_in_it()
    {
        foreach (var path in SourceTree.Files("seeds", "*.json"))
        {
            using var metadata = JsonDocument.Parse(SourceTree.Text(path));
            var document = SourceTree.Text("seeds/" + metadata.RootElement.GetProperty("document").GetString());
            foreach (var stated in new[] { "title", "publisher", "address", "copyrightNotice" })
            {
                if (metadata.RootElement.GetProperty(stated).GetString() is { } words)
                    Assert.Contains(words, document, StringComparison.Ordinal);
            }
        }
    }
}
