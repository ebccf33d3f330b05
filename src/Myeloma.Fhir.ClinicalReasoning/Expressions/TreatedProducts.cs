using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.ClinicalReasoning.Expressions;

/// <summary>Whether it is known what was given in a treatment: what is not known may be the very drug that is asked for.</summary>
internal static class TreatedProducts
{
    /// <param name="plan">A treatment as <see cref="TreatmentHistory"/> has it.</param>
    /// <param name="systems">Of the codes that are asked for; empty: any code says what it is.</param>
    /// <returns>A sentence without its end; null when all products are known.</returns>
    public static string? WhyUnrecognized(Element plan, IReadOnlyCollection<string> systems)
    {
        var (name, saysSomething) = ($"{plan.Type.Name}/{plan.TextOf("id")}", false);
        foreach (var activity in plan.Children("activity"))
        {
            saysSomething = true;
            if (activity.Child("detail") is not { } detail)
            {
                if (activity.Child("reference")?.TextOf("reference") is { } order) return Unresolved(name, order);
            }
            else if (detail.Child("product") is { } product)
            {
                if (product.Type.Name == "Reference") return Unresolved(name, product.TextOf("reference") ?? "something");
                if (!IsRecognized(product, systems)) return $"{name} names '{NameOf(product)}' by no code that is related to {(systems.Count == 0 ? "any code system" : string.Join(", ", systems))}";
            }
            else if (detail.Child("code") is null && detail.TextOf("kind") is null or "MedicationRequest")
            {
                return $"{name} does not say what was given";
            }
        }

        return saysSomething ? null : $"{name} does not say what was given";
    }

    private static bool IsRecognized(Element product, IReadOnlyCollection<string> systems)
    {
        foreach (var coding in product.Children("coding"))
            if (coding.TextOf("code") is not null && coding.TextOf("system") is { } system && (systems.Count == 0 || systems.Contains(system))) return true;
        return false;
    }

    private static string Unresolved(string name, string reference) => $"{name} points at {reference}, which is neither among the data given nor known here";

    private static string NameOf(Element product) =>
        product.TextOf("text") ?? product.Child("coding")?.TextOf("display") ?? product.Child("coding")?.TextOf("code") ?? "a drug";
}
