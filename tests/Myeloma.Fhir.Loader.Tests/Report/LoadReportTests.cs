using System.Text.Json.Nodes;
using Myeloma.Fhir.Loader.Tests.Built;
using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.Loader.Tests.Report;

/// <summary>The account of a load.</summary>
public sealed class LoadReportTests
{
    private static readonly LoadResult Result = GoldFacts.Load();

    [Fact]
    public void Merged_words_and_mentions_name_what_they_were_merged_into()
    {
        Assert.Contains(Result.Report.Merged, line => line.Words == "lenadiomide" && line.Reason == "Medication/lenalidomide: 'lenadiomide' was taken for lenalidomide");
        Assert.Equal(4, Result.Report.Merged.Count(line => line.Kind == "regimen.mention"));
    }

    [Fact]
    public void Every_line_shows_the_words_of_its_place()
    {
        var texts = GoldFacts.Documents.Values.ToDictionary(document => document.Document.FileName, document => document.Document.Text);

        Assert.All(Result.Report.Merged.Concat(Result.Report.LeftOut), line => Assert.Equal(line.Span.Of(texts[line.FileName]), line.Words));
    }

    [Fact]
    public void The_text_counts_what_was_read_of_each_document_and_lists_what_was_left_out()
    {
        var lines = Result.Report.ToText().Split('\n');

        Assert.Equal("cancer-ca-targeted-therapy-multiple-myeloma.txt: 196 statements read, 191 in resources, 141 mentions of drugs", lines[0]);
        Assert.Contains("  drug.route                   11", lines);
        Assert.Contains("Left out: 5", lines);
    }

    [Fact]
    public void The_outcome_is_legal_and_every_issue_of_a_place_names_it()
    {
        var outcome = (JsonObject)JsonNode.Parse(Result.Report.ToOperationOutcome())!;
        var issues = outcome.Array("issue").ToList();

        Assert.Empty(StructuralCheck.Check(ResourceDocument.Parse(Result.Report.ToOperationOutcome())));
        Assert.Equal(2 + Result.Report.Merged.Count + Result.Report.LeftOut.Count, issues.Count);
        Assert.All(issues, issue => Assert.Equal("information", issue.Text("severity")));
        Assert.All(issues.Skip(2), issue => Assert.Single(issue.Extensions("derivation-reference")));
    }
}
