using System.Globalization;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Server.Pages;

/// <summary>What the pages of code systems, value sets and concept maps have in common.</summary>
internal static class TerminologyParts
{
    /// <summary>Rows a table shows; the resource has all of them.</summary>
    public const int MaxRows = 500;

    /// <summary>What the resource says of itself.</summary>
    public static Html Facts(Element root, params (string Name, string? Value)[] further)
    {
        (string Name, string? Value)[] all = [("Canonical", root.TextOf("url")), ("Version", root.TextOf("version")), ("Status", root.TextOf("status")), ("Publisher", root.TextOf("publisher")), .. further];
        return $"""
            {Html.If(root.TextOf("description") is not null, () => (Html)$"""<p class="lead">{root.TextOf("description")}</p>""")}
            <table class="plain"><tbody>
            {all.Where(each => each.Value is not null).Select(each => (Html)$"""<tr><th scope="row">{each.Name}</th><td class="code">{each.Value}</td></tr>""")}
            </tbody></table>
            """;
    }

    public static string TitleOf(ResourceDocument resource) => resource.Root.TextOf("title") ?? resource.Root.TextOf("name") ?? resource.Id ?? "";

    /// <summary>A link to the resource itself.</summary>
    public static Html Json(string type, string id) => $"""<p><a class="json" href="/fhir/{type}/{id}?_format=json&amp;_pretty=true">{type}/{id}</a></p>""";

    /// <summary>A table with a head.</summary>
    public static Html Table(string label, IReadOnlyList<string> heads, IEnumerable<Html> rows) => $"""
        <div class="scroll" tabindex="0" role="group" aria-label="{label}"><table class="plain items">
        <thead><tr>{heads.Select(head => (Html)$"""<th scope="col">{head}</th>""")}</tr></thead>
        <tbody>
        {rows}
        </tbody></table></div>
        """;

    /// <summary>A form that asks by the page's own URL.</summary>
    /// <param name="operation">Name with the dollar sign.</param>
    public static Html Form(string operation, TerminologyQuery query, params (string Name, string Label)[] fields) => $"""
        <form class="tool" method="get">
        <input type="hidden" name="try" value="{operation[1..]}">
        {fields.Select(field => field.Name == "reverse" ? Check(operation, query, field) : (Html)$"""
            <label for="{operation[1..]}-{field.Name}">{field.Label}</label>
            <input id="{operation[1..]}-{field.Name}" name="{field.Name}" class="code" value="{(query.Tries(operation) ? query[field.Name] : "")}" spellcheck="false" autocapitalize="off">
            """)}
        <button type="submit">{operation}</button>
        </form>
        """;

    private static Html Check(string operation, TerminologyQuery query, (string Name, string Label) field) => $"""
        <p class="check"><input type="checkbox" id="{operation[1..]}-{field.Name}" name="{field.Name}" value="true"{(query[field.Name] == "true" ? " checked" : "")}> <label for="{operation[1..]}-{field.Name}">{field.Label}</label></p>
        """;

    /// <summary>The answer of an operation: Parameters as a table, or what was wrong.</summary>
    public static Html Answer(TrialAnswer? answer) => answer switch
    {
        null => Html.Empty,
        { Resource: { } parameters } => Table("Answer", ["Parameter", "Value"], Rows(parameters.Root, "parameter", "")),
        _ => Faults(answer.Faults),
    };

    public static Html Faults(IReadOnlyList<Issue> faults) => Html.Concat(faults.Select(issue => (Html)$"""<div class="note" role="note"><p>{issue.Diagnostics}</p></div>"""));

    public static string Amount(int count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count:N0} {what}{(count == 1 ? "" : "s")}");

    public static Html Rest(int count, string what) => Html.If(count > MaxRows, () => (Html)$"""<p class="soft">{Amount(count - MaxRows, $"more {what}")} not shown; the resource has all.</p>""");

    private static IEnumerable<Html> Rows(Element parent, string list, string path)
    {
        foreach (var parameter in parent.Children(list).ToList())
        {
            var name = path + parameter.TextOf("name");
            if (parameter.Child("resource") is { } resource)
            {
                foreach (var issue in resource.Children("issue").ToList()) yield return Row(name, $"{issue.TextOf("severity")}: {issue.Child("details")?.TextOf("text") ?? issue.TextOf("diagnostics")}");
            }
            else if (parameter.Child("value") is { } value)
            {
                yield return Row(name, value.IsPrimitive ? value.Text ?? "" : $"{value.TextOf("code")} {value.TextOf("display")} ({value.TextOf("system")})");
            }

            foreach (var row in Rows(parameter, "part", name + ".")) yield return row;
        }
    }

    private static Html Row(string name, string value) => $"""<tr><td class="code">{name}</td><td class="code value">{value}</td></tr>""";
}

/// <summary>What a person filled into a page of terminology: the query of its URL.</summary>
internal sealed class TerminologyQuery(HttpRequest request)
{
    /// <summary>A field; empty when it was not filled in.</summary>
    public string this[string name] => request.Query[name].ToString().Trim();

    /// <summary>Whether that operation is tried.</summary>
    public bool Tries(string operation) => this["try"] == operation[1..];

    /// <summary>A whole number of zero or more; 0 for anything else.</summary>
    public int Number(string name) => int.TryParse(this[name], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    public string Address => $"{request.Scheme}://{request.Host.Value}";
}
