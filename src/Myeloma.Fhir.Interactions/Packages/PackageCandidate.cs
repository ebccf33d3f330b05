using System.Text.Json;
using Myeloma.Fhir.Interactions.Artifacts;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions.Packages;

/// <summary>A file of a package on its way to be stored.</summary>
internal sealed class PackageCandidate(PackageArchive package, PackageFile file)
{
    public PackageArchive Package => package;

    public PackageFile File => file;

    /// <summary>Null for what is no resource, or can't be read.</summary>
    public ResourceDocument? Document { get; set; }

    /// <summary>Under which it is, or is to be, stored.</summary>
    public ResourceKey Key { get; set; }

    /// <summary>Of <see cref="InstallOutcome"/>; null as long as it is not decided.</summary>
    public string? Outcome { get; private set; }

    public string? Reason { get; private set; }

    /// <summary>What there is to say about its id, whatever becomes of it.</summary>
    public string? Remark { get; set; }

    /// <summary>Why it is refused; empty when it is not.</summary>
    public IReadOnlyList<Issue> Refusals { get; private set; } = [];

    /// <summary>What is to be written; null: nothing.</summary>
    public WriteOperation? Operation { get; set; }

    public string? Url => Document?.Root.TextOf("url");

    public string? Version => Document?.Root.TextOf("version");

    /// <summary>Reads the file, and leaves out what is not wanted.</summary>
    public void Read(ResourceIntake intake, InstallChoices choices)
    {
        if (file.IsExample && !choices.Examples)
        {
            Decide(InstallOutcome.LeftOut, "It is an example.");
            return;
        }

        try
        {
            if (!HasType(file.Json.Span))
            {
                Decide(InstallOutcome.LeftOut, "It is no resource.");
                return;
            }

            Document = intake.Read(file.Json);
            if (!choices.Drafts && Document.Root.TextOf("status") == "draft") Decide(InstallOutcome.LeftOut, "It is a draft.");
        }
        catch (FhirException fault)
        {
            Refuse(fault.Issues);
        }
        catch (JsonException fault)
        {
            Refuse([Issue.Structure($"It is not JSON: {fault.Message}")]);
        }
    }

    public void Decide(string outcome, string? reason) => (Outcome, Reason) = (outcome, reason);

    public void Refuse(IReadOnlyList<Issue> issues)
    {
        Refusals = issues;
        Operation = null;
        var errors = issues.Where(issue => issue.Severity is IssueSeverity.Error or IssueSeverity.Fatal).ToList();
        Decide(InstallOutcome.Refused, string.Join(" ", errors.Take(3).Select(issue => issue.Expression is { } at ? $"{at}: {issue.Diagnostics}" : issue.Diagnostics))
            + (errors.Count > 3 ? FormattableString.Invariant($" And {errors.Count - 3:N0} more.") : ""));
    }

    public InstallLine Line() => new(
        file.Name, Outcome is InstallOutcome.LeftOut or InstallOutcome.Refused ? null : Key.ToString(), Document is null ? null : TracedArtifacts.CanonicalOf(Document), Outcome!, Reason);

    /// <summary>Whether there is a resourceType on the outside, wherever it stands.</summary>
    /// <exception cref="JsonException">It is no JSON up to there.</exception>
    private static bool HasType(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("resourceType"u8)) return true;
            reader.Skip();
        }

        return false;
    }
}
