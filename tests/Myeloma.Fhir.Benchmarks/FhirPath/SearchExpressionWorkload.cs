using Myeloma.Fhir.FhirPath;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.Benchmarks.FhirPath;

/// <summary>Every search parameter of R4 with every example resource that it is defined for.</summary>
/// <param name="Files">Names of the examples, in the order of <paramref name="Resources"/>.</param>
/// <param name="Pairs">Which expression on which resource.</param>
internal sealed record SearchExpressionWorkload(
    IReadOnlyList<string> Files,
    IReadOnlyList<ResourceDocument> Resources,
    IReadOnlyList<FhirPathExpression> Expressions,
    IReadOnlyList<(int Expression, int Resource)> Pairs)
{
    /// <param name="folder">With the examples as <c>*.json</c>; file names end in the workload as they stand there.</param>
    public static SearchExpressionWorkload Read(string folder)
    {
        var files = Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal).ToList();
        var resources = files.ConvertAll(file => ResourceDocument.Parse(File.ReadAllBytes(file)));
        var parameters = R4Schema.Instance.SearchParameters.Where(parameter => parameter.Expression is not null).ToList();
        var pairs = new List<(int, int)>();
        for (var expression = 0; expression < parameters.Count; expression++)
            for (var resource = 0; resource < resources.Count; resource++)
                if (parameters[expression].Base.Any(resources[resource].Root.Type.IsA)) pairs.Add((expression, resource));
        return new SearchExpressionWorkload(
            files.ConvertAll(file => Path.GetFileName(file)!), resources, parameters.ConvertAll(parameter => FhirPathExpression.Parse(parameter.Expression!)), pairs);
    }
}
