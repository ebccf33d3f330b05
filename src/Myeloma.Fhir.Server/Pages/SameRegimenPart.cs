using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.Server.Pages;

/// <summary>A part of a regimen's page: what each document says of it, where several do, and other plans with the same drugs.</summary>
internal static class SameRegimenPart
{
    public static async Task<Html> RenderAsync(string id, string address, KnowledgeReader reader, TerminologyTrial trial, CancellationToken cancellationToken)
    {
        var answer = await trial.AskAsync("$same-regimen", "PlanDefinition", id, address, cancellationToken);
        if (answer.Resource is not { } parameters) return $"""<div class="note">{answer.Faults.Select(fault => (Html)$"<p>{fault.Diagnostics}</p>")}</div>""";
        var told = parameters.Root.Children("parameter").ToList();
        return $"{await SourcesAsync([.. told.Where(parameter => parameter.TextOf("name") == "source")], reader, cancellationToken)}{Matches([.. told.Where(parameter => parameter.TextOf("name") == "match")])}";
    }

    private static async Task<Html> SourcesAsync(IReadOnlyList<Element> sources, KnowledgeReader reader, CancellationToken cancellationToken)
    {
        // What one document says stands on the page already.
        if (sources.Count < 2) return Html.Empty;
        var rows = new List<Html>();
        foreach (var source in sources)
        {
            var reference = Part(source, "document")?.TextOf("reference") ?? "";
            var id = reference[(reference.LastIndexOf('/') + 1)..];
            var document = await reader.FindAsync("DocumentReference", id, cancellationToken);
            var said = source.Children("part").ToList().Where(part => part.TextOf("name") == "said").Select(Said).Distinct();
            rows.Add($"""<tr><th scope="row">{(document is null ? (Html)$"{reference}" : $"""<a href="/documents/{id}">{DocumentView.Of(document).Title}</a>""")}</th><td>{Html.Join($"<br>", said.Select(line => (Html)$"{line}"))}</td></tr>""");
        }

        return $"""
            <h2 id="sources">What each document says</h2>
            <div class="scroll" tabindex="0" role="region" aria-label="What each document says">
            <table class="plain"><thead><tr><th scope="col">Document</th><th scope="col">Says</th></tr></thead><tbody>{rows}</tbody></table>
            </div>
            """;
    }

    private static string Said(Element said)
    {
        var about = string.Join(" of ", new[] { Part(said, "what")?.Text, Part(said, "subject")?.Text }.OfType<string>());
        return $"{about}: {Part(said, "value")?.Text}";
    }

    private static Html Matches(IReadOnlyList<Element> matches) => matches.Count == 0 ? Html.Empty : $"""
        <h2 id="same">Other plans with the same drugs</h2>
        <ul>{matches.Select(Match)}</ul>
        """;

    private static Html Match(Element match)
    {
        var id = (Part(match, "resource")?.TextOf("reference") ?? "")["PlanDefinition/".Length..];
        var differences = match.Children("part").ToList().Where(part => part.TextOf("name") == "difference").Select(part => part.TextOf("value")).ToList();
        Html list = differences.Count == 0 ? Html.Empty : $"""<details><summary>{(differences.Count == 1 ? "one thing differs" : FormattableString.Invariant($"{differences.Count} things differ"))}</summary><ul>{differences.Select(text => (Html)$"<li>{text}</li>")}</ul></details>""";
        return $"""<li><a href="/regimens/{id}">{Part(match, "title")?.Text ?? id}</a> <span class="tag">{(Part(match, "same")?.Text == "regimen" ? "the same regimen" : "the same drugs")}</span>{list}</li>""";
    }

    private static Element? Part(Element parameter, string name)
    {
        foreach (var part in parameter.Children("part"))
            if (part.TextOf("name") == name) return part.Child("value");
        return null;
    }
}
