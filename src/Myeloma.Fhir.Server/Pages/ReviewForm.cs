using System.Text;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Server.Edge;

namespace Myeloma.Fhir.Server.Pages;

/// <summary>What a reviewer filled in beside a statement.</summary>
/// <param name="Token">The reviewer's token. It comes with every form and is kept nowhere, so that no other site can make a browser decide.</param>
/// <param name="Verdict">The button: approved, corrected or rejected; empty for none.</param>
/// <param name="Values">What stands in the fields of the parts, by their paths.</param>
internal sealed record ReviewForm(string Token, string Verdict, string Note, IReadOnlyDictionary<string, string> Values)
{
    private const string Field = "value:";

    /// <summary>Reads the form of a POST.</summary>
    /// <exception cref="FhirException"><c>invalid</c>: broken encoding; <c>too-long</c>: larger than a body may be.</exception>
    public static async Task<ReviewForm> ReadAsync(HttpRequest request, int maxBytes, CancellationToken cancellationToken)
    {
        var fields = QueryText.Parse(Encoding.UTF8.GetString((await RequestBody.ReadAsync(request, maxBytes, cancellationToken)).Span));
        string Text(string name) => fields.FirstOrDefault(field => field.Key == name).Value ?? "";
        return new ReviewForm(
            Text("token").Trim(), Text("verdict"), Text("note").Trim(),
            fields.Where(field => field.Key.StartsWith(Field, StringComparison.Ordinal)).DistinctBy(field => field.Key).ToDictionary(field => field.Key[Field.Length..], field => field.Value.ReplaceLineEndings("\n"), StringComparer.Ordinal));
    }

    /// <summary>The name of the field of a part.</summary>
    public static string FieldOf(string path) => Field + path;
}
