namespace Myeloma.Fhir.Terminology;

/// <summary>What one request may cost.</summary>
/// <param name="MaxExpansion">Codes of an expansion that is asked for without <c>count</c>; beyond, the answer is <c>too-costly</c>.</param>
/// <param name="MaxPage">Codes of one page, whatever <c>count</c> says.</param>
/// <param name="MaxImportDepth">How deep value sets may import each other.</param>
/// <param name="MaxResources">Resources that a request may bring along in <c>tx-resource</c>.</param>
/// <param name="MaxBatch">Questions of one <c>$batch-validate-code</c>.</param>
/// <param name="MaxCodeLength">Characters of a code that is asked about.</param>
/// <param name="MaxClosureConcepts">Concepts of one closure table.</param>
/// <param name="MaxMapSteps">How many concept maps one translation may go through, one after the other; 0: none that no single map states.</param>
/// <param name="MaxMapPaths">How many ways through concept maps are looked at for one code.</param>
/// <param name="MaxPrepared">Questions that are kept settled but for their codes.</param>
/// <param name="MaxConstraintLength">Characters of one expression constraint (ECL).</param>
/// <param name="MaxConstraintDepth">How deep brackets and filters of one may be nested.</param>
/// <param name="MaxConstraintWork">Concepts, relationships and runs of them that are looked at for one.</param>
/// <param name="MaxCaches">Caches of <c>$cache-control</c> that may be open at a time.</param>
/// <param name="MaxCacheMegabytes">Megabytes of the resources in all caches together, what is compiled of them left out.</param>
/// <param name="CacheIdleMinutes">How long a cache is kept without being used.</param>
public sealed record TerminologyLimits(
    int MaxExpansion = 1000, int MaxPage = 10_000, int MaxImportDepth = 50, int MaxResources = 1000, int MaxBatch = 1000, int MaxCodeLength = 10_000, int MaxClosureConcepts = 100_000,
    int MaxMapSteps = 3, int MaxMapPaths = 1000, int MaxPrepared = 1000, int MaxConstraintLength = 50_000, int MaxConstraintDepth = 100, int MaxConstraintWork = 100_000_000,
    int MaxCaches = 100, int MaxCacheMegabytes = 256, int CacheIdleMinutes = 30)
{
    public static readonly TerminologyLimits Default = new();
}
