using System.Text.RegularExpressions;
using Myeloma.Fhir.TestSupport;
using Xunit;

namespace Myeloma.Fhir.FloorPlan.Tests;

/// <summary>What may stand where, and what may be called how.</summary>
public sealed partial class PlaceTests
{
    [Fact]
    public void The_top_level_holds_the_named_entries_and_dotfiles_only()
    {
        string[] named = ["Myeloma.Fhir.sln", "README.md", "deploy", "fhir-resources", "seeds", "src", "tests"];
        string[] madeByRuns = ["TestResults", "BenchmarkDotNet.Artifacts"];

        var there = Directory.EnumerateFileSystemEntries(RepositoryRoot.Folder).Select(path => Path.GetFileName(path)!)
            .Where(name => !name.StartsWith('.')).Except(madeByRuns);

        Assert.Equal(named, there.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void SQL_stands_in_the_store_only()
    {
        // The cluster's own making is the exception: its database is made before anybody can connect to one.
        string[] exceptions = ["src/Myeloma.Fhir.Store/", "src/Myeloma.Fhir.EmbeddedPostgres/ClusterPrograms.cs"];

        List<string> found = [.. from file in SourceTree.Code()
                    where !exceptions.Any(place => file.Path.StartsWith(place, StringComparison.Ordinal))
                    from Match match in SqlText().Matches(file.Text)
                    select $"{file.Path}: {match.Value}"];

        Assert.True(found.Count == 0, string.Join(Environment.NewLine, found));
    }

    [Fact]
    public void Types_of_HTTP_stand_in_the_server_only()
    {
        var found = from file in SourceTree.Code()
                    where !file.Path.StartsWith("src/Myeloma.Fhir.Server/", StringComparison.Ordinal)
                    where file.Text.Contains("using Microsoft.AspNetCore", StringComparison.Ordinal)
                    select file.Path;

        Assert.Empty(found);
    }

    [Fact]
    public void Nothing_has_a_name_that_says_nothing()
    {
        var places = SourceTree.Files("src", "*.cs").Concat(SourceTree.Files("tests", "*.cs")).ToList();
        var inPaths = places.SelectMany(path => path.Split('/')).Select(part => Path.GetFileNameWithoutExtension(part));
        var types = places.SelectMany(path => TypeName().Matches(SourceTree.Text(path))).Select(match => match.Groups["name"].Value);

        var found = inPaths.Concat(types).Where(name => EmptyName().IsMatch(name)).Distinct();
        Assert.Empty(found);
    }

    [Theory]
    [InlineData("StringHelpers", true)]
    [InlineData("Utils", true)]
    [InlineData("StoreImpl", true)]
    [InlineData("SessionManager", true)]
    [InlineData("CommonLanguages", false)]
    [InlineData("Implicit", false)]
    public void A_name_that_says_nothing_is_told_by_its_last_word(string name, bool isEmpty) =>
        Assert.Equal(isEmpty, EmptyName().IsMatch(name));

    [Theory]
    [InlineData("\"SELECT id FROM resource\"", true)]
    [InlineData("\"INSERT INTO resource VALUES (1)\"", true)]
    [InlineData("// Select a drug from the list", false)]
    public void SQL_is_told_from_prose(string text, bool isSql) => Assert.Equal(isSql, SqlText().IsMatch(text));

    [GeneratedRegex(@"\bSELECT\b[^;""]{1,200}\bFROM\b|\bINSERT INTO\b|\bUPDATE \w+ SET\b|\bDELETE FROM\b|\b(CREATE|ALTER|DROP) (TABLE|INDEX|DATABASE|SCHEMA|FUNCTION)\b|\bCOPY \w+[^;""]{0,200}\bFROM STDIN\b")]
    private static partial Regex SqlText();

    [GeneratedRegex(@"\b(class|struct|interface|enum|record( struct| class)?) (?<name>[A-Z]\w*)")]
    private static partial Regex TypeName();

    [GeneratedRegex("(Helpers?|Utils?|Common|Manager|Impl)$")]
    private static partial Regex EmptyName();
}
